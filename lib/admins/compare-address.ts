import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { findLookAlike } from "./look-alike.ts";
import type { ComparedAddress } from "./model.ts";

/**
 * What is to be said of an address before somebody is invited under it: whether an admin has it, and as whose it is read. Changes and records nothing.
 * Needs `admin:read`.
 */
export async function compareAddress(ctx: Context, { email }: { email: string }): Promise<ComparedAddress> {
  requirePermission(ctx, "admin:read");
  const taken = await ctx.db.query("SELECT FROM admin WHERE email = $1::text", [email]);
  if (taken.length > 0) return { isTaken: true, looksLike: null };
  return { isTaken: false, looksLike: await findLookAlike(ctx.db, { id: null, email }) };
}
