import { z } from "zod";
import { USER_STATES } from "#lib/users/model.ts";
import { instant } from "./paging.ts";

export const userRow = z.object({
  id: z.uuid(),
  email: z.string(),
  name: z.string(),
  state: z.enum(USER_STATES),
  groups: z.array(z.object({ id: z.uuid(), name: z.string() })),
  liveTokens: z.int(),
  createdAt: instant,
  lastSignInAt: instant.nullable(),
});

export const userDetail = userRow.extend({
  hasPassword: z.boolean(),
  attributes: z.record(z.string(), z.unknown()),
  permissions: z.array(z.object({ name: z.string(), audience: z.string(), via: z.array(z.string()) })),
  liveAccessTokens: z.int(),
  liveRefreshTokens: z.int(),
  disabledAt: instant.nullable(),
  erasedAt: instant.nullable(),
  isBeingErased: z.boolean(),
  updatedAt: instant,
  version: z.int(),
});
