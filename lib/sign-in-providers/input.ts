import { z } from "zod";
import { ROLES } from "../authz/roles.ts";
import { line, rowId, rowIds, seenVersion } from "../input/plain-text.ts";
import { MAX_AGE_RANGE, PROVIDER_NAME_MAX, ROLE_RULES_MAX } from "./model.ts";

/** As the provider writes it: compared letter by letter. @see OpenID Connect Discovery 1.0 section 3 */
export const issuer = z
  .string()
  .trim()
  .max(512, "must have at most 512 characters")
  .refine(isIssuer, "must be the address of an issuer, such as https://login.example.com");

function isIssuer(text: string): boolean {
  const url = URL.parse(text);
  return url !== null && /^https?:$/.test(url.protocol) && !/[?#\s]/.test(text) && url.username === "";
}

/** RFC 6749 section 3.3 */
const scope = z.string().regex(/^[\x21\x23-\x5B\x5D-\x7E]{1,100}$/, "is not a scope");
const names = (max: number) => z.array(line(200)).max(max, `must have at most ${max} entries`);

const settings = {
  name: line(PROVIDER_NAME_MAX),
  clientId: line(255),
  /** Beside `openid`, which is always asked for. */
  scopes: z
    .array(scope)
    .max(20, "must have at most 20 entries")
    .transform((scopes) => [...new Set(["openid", ...scopes])]),
  roleClaim: line(200),
  roleRules: z
    .array(z.strictObject({ value: line(256), role: z.enum(ROLES) }))
    .max(ROLE_RULES_MAX, `must have at most ${ROLE_RULES_MAX} entries`),
  defaultRole: z.enum(ROLES).nullable(),
  createsAdmins: z.boolean(),
  acrValues: names(10),
  requiredAcr: names(10),
  requiredAmr: names(10),
  maxAgeSeconds: z
    .int("must be a whole number of seconds")
    .min(MAX_AGE_RANGE.min, `must be at least ${MAX_AGE_RANGE.min}`)
    .max(MAX_AGE_RANGE.max, `must be at most ${MAX_AGE_RANGE.max}`)
    .nullable(),
};

// printable: what an HTTP client sends of it is what was typed
const clientSecret = z
  .string()
  .min(1, "must not be empty")
  .max(1_000, "must have at most 1000 characters")
  .regex(/^[\x20-\x7E]+$/, "has characters that a client secret cannot have");

export const createProviderInput = z.strictObject({
  /** Chosen by who asks, so that its redirect address can be registered at the provider before. */
  id: rowId.optional(),
  ...settings,
  issuer,
  clientSecret,
  scopes: settings.scopes.default(["openid", "profile", "email"]),
  roleClaim: settings.roleClaim.default("groups"),
  roleRules: settings.roleRules.default([]),
  defaultRole: settings.defaultRole.default(null),
  createsAdmins: settings.createsAdmins.default(false),
  acrValues: settings.acrValues.default([]),
  requiredAcr: settings.requiredAcr.default([]),
  requiredAmr: settings.requiredAmr.default([]),
  maxAgeSeconds: settings.maxAgeSeconds.default(null),
});
export type CreateProviderInput = z.output<typeof createProviderInput>;

/** The issuer stays: another one is another provider, with people of its own. Without `clientSecret` the secret stays too. */
export const updateProviderInput = z
  .strictObject({ ...settings, clientSecret })
  .partial()
  .extend({ version: seenVersion });
export type UpdateProviderInput = z.output<typeof updateProviderInput>;

export const testIssuerInput = z.strictObject({ issuer });

/** `breakGlass` are the owners who may sign in without a provider whatever is set: all of them, by id. */
export const changePolicyInput = z.strictObject({
  version: seenVersion,
  localSignIn: z.boolean().optional(),
  breakGlass: rowIds(20).optional(),
});
export type ChangePolicyInput = z.output<typeof changePolicyInput>;
