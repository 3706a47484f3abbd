import { z } from "zod";
import { KEY_SET_MAX_BYTES } from "../client-keys/model.ts";
import { KeySetFault, parseKeySet } from "../client-keys/parse-key-set.ts";
import { emailAddress, jsonObject, line, optionalLine, rowIds, seenVersion } from "../input/plain-text.ts";
import { clientLifetimesInput, shortenInput } from "../lifetimes/input.ts";
import {
  CLIENT_ID_PATTERN,
  CLIENT_KINDS,
  CLIENT_NAME_MAX,
  CUSTOM_CLAIMS_MAX_BYTES,
  GRANT_TYPES,
  REDIRECT_URIS_MAX,
  RESERVED_CLAIMS,
} from "./model.ts";

const uris = z
  .array(z.string().max(2000))
  .max(REDIRECT_URIS_MAX, `must have at most ${REDIRECT_URIS_MAX} entries`)
  .refine((list) => new Set(list).size === list.length, "has an address twice");

const customClaims = jsonObject(CUSTOM_CLAIMS_MAX_BYTES).superRefine((claims, context) => {
  for (const name of Object.keys(claims)) {
    if (RESERVED_CLAIMS.has(name))
      context.addIssue({
        code: "custom",
        path: [name],
        message: "is a claim that the product or a standard owns",
      });
    else if (!/^[\x21-\x7e]{1,64}$/.test(name))
      context.addIssue({ code: "custom", path: [name], message: "must be 1 to 64 visible ASCII characters" });
  }
});

/** A JWK Set of public keys. */
const keySet = jsonObject(KEY_SET_MAX_BYTES)
  .superRefine((set, context) => {
    try {
      parseKeySet(set);
    } catch (error) {
      if (!(error instanceof KeySetFault)) throw error;
      context.addIssue({ code: "custom", message: error.message });
    }
  })
  .nullable();

const keysAddress = z.string().min(1).max(2_000).nullable();

const grants = z
  .array(z.enum(GRANT_TYPES))
  .max(GRANT_TYPES.length)
  .refine((list) => new Set(list).size === list.length, "has a grant twice");

export const createClientInput = z.strictObject({
  name: line(CLIENT_NAME_MAX),
  /** Made of the name where it is left out. */
  clientId: z
    .string()
    .regex(CLIENT_ID_PATTERN, "must be 3 to 64 lower-case letters, digits, dots, dashes and underscores")
    .optional(),
  description: optionalLine(500).default(""),
  /** Its team, to be told when one of its tokens leaks. */
  contactEmail: emailAddress.nullable().default(null),
  kind: z.enum(CLIENT_KINDS),
  tokenFormat: z.enum(["jwt", "opaque"]).default("jwt"),
  redirectUris: uris.default([]),
  postLogoutRedirectUris: uris.default([]),
  ...clientLifetimesInput,
  audienceIds: rowIds(50).default([]),
  permissionIds: rowIds(500).default([]),
  /** Of services only. */
  groupIds: rowIds(100).default([]),
  customClaims: customClaims.default({}),
  requireConsent: z.boolean().default(true),
  /** What its kind may have; left out, what its kind usually has. */
  grantTypes: grants.optional(),
  /** Where its public keys are; with this or `jwks` it authenticates by private_key_jwt and gets no secret. */
  jwksUri: keysAddress.default(null),
  jwks: keySet.default(null),
  requireDpop: z.boolean().default(false),
  requirePar: z.boolean().default(false),
});

/** What may change; settings left out stay. Kind and client_id never change. Lists, where given, are whole. */
export const updateClientInput = z.strictObject({
  version: seenVersion,
  /** Ends the tokens that a preview of this change showed to outlive it. */
  shorten: shortenInput.optional(),
  name: line(CLIENT_NAME_MAX).optional(),
  description: optionalLine(500).optional(),
  contactEmail: emailAddress.nullable().optional(),
  tokenFormat: z.enum(["jwt", "opaque"]).optional(),
  redirectUris: uris.optional(),
  postLogoutRedirectUris: uris.optional(),
  ...clientLifetimesInput,
  audienceIds: rowIds(50).optional(),
  permissionIds: rowIds(500).optional(),
  groupIds: rowIds(100).optional(),
  customClaims: customClaims.optional(),
  requireConsent: z.boolean().optional(),
  grantTypes: grants.optional(),
  /** Keys end the client's secrets; null for both takes it back to a secret, which it has to be given. */
  jwksUri: keysAddress.optional(),
  jwks: keySet.optional(),
  requireDpop: z.boolean().optional(),
  requirePar: z.boolean().optional(),
});

export const rotateClientSecretInput = z.strictObject({
  /** How long the secrets that are there now go on working beside the new one. */
  overlapSeconds: z
    .int("must be a whole number of seconds")
    .min(0)
    .max(30 * 86_400)
    .default(0),
  /** When the new one ends by itself, in seconds from now; null: when it is replaced. */
  lifetimeSeconds: z
    .int("must be a whole number of seconds")
    .min(3_600)
    .max(2 * 366 * 86_400)
    .nullable()
    .default(null),
});

export type CreateClientInput = z.output<typeof createClientInput>;
export type UpdateClientInput = z.output<typeof updateClientInput>;
export type RotateClientSecretInput = z.output<typeof rotateClientSecretInput>;
