import type { Database } from "../db/database.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import type { OrderRecord } from "../revocations/order-row.ts";
import type { TargetTokens } from "../revocations/order-tokens.ts";

/** Evidence is not waited for any longer. */
const WAIT_MS = 300;
/** Tokens of an order whose uses are looked at. */
const TOKENS_MAX = 2_000;

/** What verifiers say themselves against what the board says of an order. */
export type Evidence = {
  /** When each verifier last reported, by its own clock, that it had accepted one of the tokens while the order held; milliseconds since the epoch. */
  acceptedMs: ReadonlyMap<string, number>;
  /** When what was suspended is good again, or was given back; null where it is taken back for good, or no end is known. */
  heldUntilMs: number | null;
};

/**
 * When each verifier last reported that it had accepted one of some tokens, of reports received since an order was committed and of uses before `before`. Of
 * an order with very many tokens those of the first 2,000 are looked at; nothing is said where that takes too long.
 */
async function readAcceptedUses(
  db: Database,
  { from, where }: Pick<TargetTokens, "from" | "where">,
  { committedAt, cutoff, before }: { committedAt: Date; cutoff: Date | null; before: Date | null },
): Promise<ReadonlyMap<string, number>> {
  const rows = await withinTime<{ verifierId: string; at: Date }>(
    db,
    sql`SELECT x.verifier_id AS "verifierId", max(x.at) AS at
      FROM (SELECT t.id FROM ${from} WHERE ${where} AND t.kind = 'access' AND t.expires_at > ${committedAt}::timestamptz
          AND (${cutoff}::timestamptz IS NULL OR t.rooted_at <= ${cutoff}::timestamptz) LIMIT ${TOKENS_MAX}::int) k
      CROSS JOIN LATERAL (SELECT u.verifier_id, u.at FROM token_use u WHERE u.token_id = k.id AND u.received_at >= ${committedAt}::timestamptz
          AND u.source = 'report' AND u.outcome = 'allowed' AND u.verifier_id IS NOT NULL
          AND (${before}::timestamptz IS NULL OR u.at < ${before}::timestamptz)) x GROUP BY 1`,
    WAIT_MS,
  );
  return new Map((rows ?? []).map(({ verifierId, at }) => [verifierId, at.getTime()]));
}

type Order = Pick<
  OrderRecord,
  "verb" | "standing" | "createdAt" | "cutoff" | "expiresAt" | "targetKind" | "targetId" | "position"
>;

/** When a suspension ended, or will by itself: by its own end or the first restore of its target; null where neither is known. */
async function readSuspensionEnd(db: Database, order: Order): Promise<Date | null> {
  const [restored] = await run<{ at: Date | null }>(
    db,
    sql`SELECT min(greatest(r.created_at, r.effective_from)) AS at FROM revocation_order r
      WHERE r.verb = 'restore' AND r.target_kind = ${order.targetKind} AND r.target_id = ${order.targetId} AND r.position > ${order.position}::bigint
        AND (r.effective_from <= r.created_at OR r.effective_from <= clock_timestamp())`,
  );
  const ends = [order.expiresAt, restored?.at ?? null].filter((at) => at !== null);
  return ends.length === 0 ? null : new Date(Math.min(...ends.map(Number)));
}

const NOTHING: Evidence = { acceptedMs: new Map(), heldUntilMs: null };

/**
 * What speaks against the board of an order that took something back: uses that were accepted while it held. Of a suspension none from its end on, nor so
 * shortly before that a clock may have been behind by it (`toleranceMs`).
 */
export async function readEvidence(
  db: Database,
  order: Order,
  tokens: TargetTokens,
  { toleranceMs }: { toleranceMs: number },
): Promise<Evidence> {
  const { verb, standing, createdAt: committedAt, cutoff } = order;
  if (standing === "cancelled") return NOTHING;
  if (standing === "scheduled")
    return { ...NOTHING, heldUntilMs: verb === "suspend" ? (order.expiresAt?.getTime() ?? null) : null };
  switch (verb) {
    case "revoke":
      return {
        acceptedMs: await readAcceptedUses(db, tokens, { committedAt, cutoff, before: null }),
        heldUntilMs: null,
      };
    case "suspend": {
      const end = await readSuspensionEnd(db, order);
      const before = end === null ? null : new Date(end.getTime() - toleranceMs);
      return {
        acceptedMs: await readAcceptedUses(db, tokens, { committedAt, cutoff, before }),
        heldUntilMs: end?.getTime() ?? null,
      };
    }
    case "restore":
    case "cancel":
      return NOTHING;
    default:
      return verb satisfies never;
  }
}
