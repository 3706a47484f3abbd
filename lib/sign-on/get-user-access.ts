import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import type { UserAccess } from "./model.ts";
import { readAccess } from "./read-access.ts";

/** Where a user is signed in, and which applications may act for them. Needs `user:read`. @throws {DomainError} NOT_FOUND */
export async function getUserAccess(ctx: Context, { userId }: { userId: string }): Promise<UserAccess> {
  requirePermission(ctx, "user:read");
  const found = isUuid(userId)
    ? await ctx.db.query("SELECT 1 FROM user_account WHERE id = $1::uuid", [userId])
    : [];
  if (found.length === 0) throw notFound("The user");
  return readAccess(ctx.db, { userId, now: ctx.now });
}
