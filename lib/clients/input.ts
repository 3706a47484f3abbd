import { z } from "zod";
import { jsonObject, line, optionalLine, rowIds, seenVersion } from "../input/plain-text.ts";
import { clientLifetimesInput } from "../lifetimes/input.ts";
import {
  CLIENT_ID_PATTERN,
  CLIENT_KINDS,
  CLIENT_NAME_MAX,
  CUSTOM_CLAIMS_MAX_BYTES,
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

export const createClientInput = z.strictObject({
  name: line(CLIENT_NAME_MAX),
  /** Made of the name where it is left out. */
  clientId: z
    .string()
    .regex(CLIENT_ID_PATTERN, "must be 3 to 64 lower-case letters, digits, dots, dashes and underscores")
    .optional(),
  description: optionalLine(500).default(""),
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
});

/** What may change; settings left out stay. Kind and client_id never change. Lists, where given, are whole. */
export const updateClientInput = z.strictObject({
  version: seenVersion,
  name: line(CLIENT_NAME_MAX).optional(),
  description: optionalLine(500).optional(),
  tokenFormat: z.enum(["jwt", "opaque"]).optional(),
  redirectUris: uris.optional(),
  postLogoutRedirectUris: uris.optional(),
  ...clientLifetimesInput,
  audienceIds: rowIds(50).optional(),
  permissionIds: rowIds(500).optional(),
  groupIds: rowIds(100).optional(),
  customClaims: customClaims.optional(),
  requireConsent: z.boolean().optional(),
});

export const rotateClientSecretInput = z.strictObject({
  /** How long the secrets that are there now go on working beside the new one. */
  overlapSeconds: z
    .int("must be a whole number of seconds")
    .min(0)
    .max(30 * 86_400)
    .default(0),
});

export type CreateClientInput = z.output<typeof createClientInput>;
export type UpdateClientInput = z.output<typeof updateClientInput>;
