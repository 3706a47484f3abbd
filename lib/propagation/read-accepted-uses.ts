import type { Database } from "../db/database.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import type { OrderRecord } from "../revocations/order-row.ts";
import type { TargetTokens } from "../revocations/order-tokens.ts";

/** Evidence is not waited for any longer. */
const WAIT_MS = 300;
/** Tokens of an order whose uses are looked at. */
const TOKENS_MAX = 2_000;

/**
 * When each verifier last reported that it had accepted one of some tokens, in milliseconds since the epoch by its own clock: of reports received since
 * an order was committed. Of an order with very many tokens those of the first 2,000 are looked at; nothing is said where that takes too long.
 */
async function readAcceptedUses(
  db: Database,
  { from, where }: Pick<TargetTokens, "from" | "where">,
  { committedAt, cutoff }: { committedAt: Date; cutoff: Date | null },
): Promise<ReadonlyMap<string, number>> {
  const rows = await withinTime<{ verifierId: string; at: Date }>(
    db,
    sql`SELECT x.verifier_id AS "verifierId", max(x.at) AS at
      FROM (SELECT t.id FROM ${from} WHERE ${where} AND t.kind = 'access' AND t.expires_at > ${committedAt}::timestamptz
          AND (${cutoff}::timestamptz IS NULL OR t.rooted_at <= ${cutoff}::timestamptz) LIMIT ${TOKENS_MAX}::int) k
      CROSS JOIN LATERAL (SELECT u.verifier_id, u.at FROM token_use u WHERE u.token_id = k.id AND u.received_at >= ${committedAt}::timestamptz
          AND u.source = 'report' AND u.outcome = 'allowed' AND u.verifier_id IS NOT NULL) x GROUP BY 1`,
    WAIT_MS,
  );
  return new Map((rows ?? []).map(({ verifierId, at }) => [verifierId, at.getTime()]));
}

const NOTHING: ReadonlyMap<string, number> = new Map();

/** The same of what an order took back for good, since it was placed. What is suspended may have been given back in between. */
export async function readEvidence(
  db: Database,
  order: Pick<OrderRecord, "verb" | "standing" | "createdAt" | "cutoff">,
  tokens: TargetTokens,
): Promise<ReadonlyMap<string, number>> {
  if (order.verb !== "revoke" || order.standing !== "in_force") return NOTHING;
  return await readAcceptedUses(db, tokens, { committedAt: order.createdAt, cutoff: order.cutoff });
}
