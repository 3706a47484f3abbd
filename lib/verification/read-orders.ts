import type { Sql } from "../db/sql.ts";
import { inForceFromMs, type Order, type Reason, type TargetKind, type Verb } from "../revocations/model.ts";

type OrderRecord = {
  id: string;
  position: bigint;
  verb: Verb;
  targetKind: TargetKind;
  targetId: string;
  cutoff: Date | null;
  effectiveFrom: Date;
  createdAt: Date;
  expiresAt: Date | null;
  reason: Reason;
};

const COLUMNS = `id, position, verb, target_kind AS "targetKind", target_id AS "targetId", cutoff, effective_from AS "effectiveFrom",
  created_at AS "createdAt", expires_at AS "expiresAt", reason`;

function orderOf(record: OrderRecord): Order {
  return {
    id: record.id,
    position: record.position,
    verb: record.verb,
    targetKind: record.targetKind,
    targetId: record.targetId,
    cutoffMs: record.cutoff?.getTime() ?? null,
    effectiveFromMs: inForceFromMs(record),
    expiresAtMs: record.expiresAt?.getTime() ?? null,
    reason: record.reason,
  };
}

/** The orders after a position, in the feed's order. */
export async function readOrdersAfter(db: Sql, position: bigint, limit: number): Promise<Order[]> {
  const records = await db.query<OrderRecord>(
    `SELECT ${COLUMNS} FROM revocation_order WHERE position > $1::bigint ORDER BY position LIMIT $2::int`,
    [position, limit],
  );
  return records.map(orderOf);
}

/**
 * What a newcomer needs: the head and all orders up to it, without those on single tokens that have expired since.
 * Head and orders are of one snapshot.
 */
export async function readOrdersInForce(db: Sql, now: Date): Promise<{ position: bigint; orders: Order[] }> {
  const records = await db.query<OrderRecord & { head: bigint }>(
    `SELECT h.position AS head, o.* FROM feed_head h LEFT JOIN LATERAL (
       SELECT ${COLUMNS} FROM revocation_order r WHERE r.position <= h.position AND NOT CASE WHEN r.target_kind = 'token' THEN EXISTS (
         SELECT FROM token t WHERE t.id = r.target_id::uuid AND t.issued_at = uuid_extract_timestamp(r.target_id::uuid) AND t.expires_at < $1::timestamptz) ELSE false END
       ORDER BY r.position) o ON true
     WHERE h.id = 1`,
    [now],
  );
  const head = records[0];
  if (head === undefined) throw new Error("the feed of revocations has no head");
  return { position: head.head, orders: records.filter((record) => record.id !== null).map(orderOf) };
}
