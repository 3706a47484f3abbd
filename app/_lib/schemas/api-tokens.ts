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
  networks: z.array(z.string()).describe("Addresses and CIDR ranges that it may come from; none for any."),
  isUnattended: z.boolean(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable().describe("A use is noted once a minute, and at once from another address."),
  lastUsedIp: z.string().nullable().describe("Where that use came from."),
  revokedAt: instant.nullable(),
  version: z.int(),
});
