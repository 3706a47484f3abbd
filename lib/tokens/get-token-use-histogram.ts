import { type BucketRecord, bucketSecondsFor, fillBuckets } from "../audit/buckets.ts";
import { USE_OUTCOMES } from "../audit/model.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { uuidv7Time } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { missingToken } from "../retention/find-purged-token.ts";
import { END_REFUSALS, type TokenUseHistogram } from "./model.ts";

/**
 * A token's uses from its issue to now, its expiry or its last attempt, whichever the story ends with. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_FOUND, GONE where it has left the register with its week.
 */
export async function getTokenUseHistogram(ctx: Context, tokenId: string): Promise<TokenUseHistogram> {
  requirePermission(ctx, "audit:read");
  const issuedAt = uuidv7Time(tokenId);
  if (issuedAt === null) throw notFound("The token");
  const [token] = await run<{ expiresAt: Date; lastAt: Date | null }>(
    ctx.db,
    sql`SELECT t.expires_at AS "expiresAt", (SELECT max(x.received_at) FROM token_use x WHERE x.token_id = t.id
        AND x.received_at >= t.issued_at - interval '1 minute') AS "lastAt"
      FROM token t WHERE t.issued_at = ${issuedAt}::timestamptz AND t.id = ${tokenId}::uuid`,
  );
  if (token === undefined) throw await missingToken(ctx.db, tokenId);
  const end = Math.max(token.lastAt?.getTime() ?? 0, Math.min(ctx.now.getTime(), token.expiresAt.getTime()));
  const to = new Date(Math.max(end, issuedAt.getTime()) + 1);
  const bucketSeconds = bucketSecondsFor(issuedAt, to);
  const records = await run<BucketRecord & { refusal: string | null }>(
    ctx.db,
    sql`SELECT date_bin(make_interval(secs => ${bucketSeconds}::int), x.received_at, timestamptz 'epoch') AS at, x.outcome, x.refusal, count(*) AS count
      FROM token_use x WHERE x.token_id = ${tokenId}::uuid AND x.received_at >= ${issuedAt}::timestamptz - interval '1 minute'
      GROUP BY 1, 2, 3`,
  );
  const refusedAs = { revoked: 0, expired: 0, suspended: 0 };
  for (const { refusal, count } of records)
    for (const end of END_REFUSALS) if (end === refusal) refusedAs[end] += Number(count);
  return {
    from: issuedAt.toISOString(),
    to: to.toISOString(),
    bucketSeconds,
    buckets: fillBuckets(USE_OUTCOMES, records, { from: issuedAt, to }, bucketSeconds),
    refusedAs,
  };
}
