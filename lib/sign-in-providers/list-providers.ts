import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { sql } from "../list-query/sql-fragment.ts";
import type { SignInDoors, SignInProviderRow } from "./model.ts";
import { readProvider, readProviders } from "./provider-record.ts";

/** Every provider, by name. Needs `sign-in:read`. */
export async function listProviders(ctx: Context): Promise<SignInProviderRow[]> {
  requirePermission(ctx, "sign-in:read");
  return readProviders(ctx.db, { where: sql`true`, now: ctx.now });
}

/** One of them. Needs `sign-in:read`. @throws {DomainError} NOT_FOUND */
export async function getProvider(
  ctx: Context,
  { providerId }: { providerId: string },
): Promise<SignInProviderRow> {
  requirePermission(ctx, "sign-in:read");
  return readProvider(ctx.db, { id: providerId, now: ctx.now });
}

/** By what an admin may come in, as the sign-in page says it to anybody. */
export async function listSignInDoors(db: Sql): Promise<SignInDoors> {
  const providers = await db.query<{ id: string; name: string }>(
    "SELECT id, name FROM sign_in_provider WHERE disabled_at IS NULL ORDER BY lower(name), id",
  );
  const [policy] = await db.query<{ isLocalOff: boolean }>(
    `SELECT local_off_at IS NOT NULL AS "isLocalOff" FROM sign_in_policy WHERE id = 1`,
  );
  return { providers, isLocalOff: policy?.isLocalOff ?? false };
}
