import { z } from "zod";
import { API_TOKEN_STATES } from "#lib/api-tokens/model.ts";
import { ROLES } from "#lib/authz/roles.ts";
import { instant } from "./paging.ts";

export const apiTokenRow = z.object({
  id: z.uuid(),
  name: z.string(),
  role: z.enum(ROLES),
  state: z.enum(API_TOKEN_STATES),
  hint: z.string(),
  createdBy: z.string(),
  creator: z
    .object({ id: z.uuid(), email: z.string(), role: z.enum(ROLES) })
    .nullable()
    .describe("The admin whom it counts as, with their role of now; null for one of the command line's."),
  madeByToken: z
    .object({ id: z.uuid(), name: z.string() })
    .nullable()
    .describe("The API token that it was made with: it is revoked with that."),
  networks: z.array(z.string()).describe("Addresses and CIDR ranges that it may come from; none for any."),
  isUnattended: z.boolean(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable().describe("A use is noted once a minute, and at once from another address."),
  lastUsedIp: z.string().nullable().describe("Where that use came from."),
  revokedAt: instant.nullable(),
  version: z.int(),
});

const goesWithIt = z.object({
  apiTokens: z.int().describe("API tokens that were made with it, or with one of these."),
  invitations: z.int().describe("Invitations of admins that it or they made and nobody has used."),
});

export const apiTokenDetail = apiTokenRow.extend({
  revokesToo: goesWithIt.describe("What would end with it where it is revoked."),
  revokedWith: z
    .object({ id: z.uuid(), name: z.string(), isMaker: z.boolean() })
    .nullable()
    .describe("The API token that it was revoked with: the one that it was made with, or one before that."),
});

export const revokedApiToken = apiTokenRow.extend({ revokedToo: goesWithIt.describe("What ended with it.") });
