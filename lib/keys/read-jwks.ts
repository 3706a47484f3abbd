import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { readJwksCache } from "./jwks-cache.ts";
import { isOfCommonSet, isOfFeed } from "./key-sets.ts";
import { type PublishableKey, publicJwks } from "./public-jwks.ts";

type Jwks = ReturnType<typeof publicJwks>;

/**
 * The key sets that an authority serves under the present keys, and how long they may be kept. Needs `key:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN.
 */
export async function readJwks(ctx: Context): Promise<{ common: Jwks; feed: Jwks; cacheSeconds: number }> {
  requirePermission(ctx, "key:read");
  const keys = await ctx.db.query<PublishableKey & { purpose: string }>(
    `SELECT kid, purpose, algorithm, state, public_jwk AS "publicJwk" FROM signing_key ORDER BY created_at, kid`,
  );
  return {
    common: publicJwks(keys.filter(isOfCommonSet)),
    feed: publicJwks(keys.filter(isOfFeed)),
    cacheSeconds: (await readJwksCache(ctx.db)).seconds,
  };
}
