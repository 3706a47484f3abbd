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
  isUnattended: z.boolean(),
  createdAt: instant,
  expiresAt: instant.nullable(),
  lastUsedAt: instant.nullable(),
  revokedAt: instant.nullable(),
});
