import type { Sql } from "../db/sql.ts";
import { inForceFromMs, type Order, type Reason, type TargetKind, type Verb } from "../revocations/model.ts";
import { type BareKind, OrderBook } from "./order-book.ts";

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

/** Positions that are looked at in one statement. */
const CHUNK = 100_000n;

const IS_BARE =
  "r.verb = 'revoke' AND r.target_kind IN ('token', 'family') AND r.effective_from <= r.created_at";
/** Single tokens that have expired since matter no more. */
const IS_OVER = `CASE WHEN r.target_kind = 'token' THEN EXISTS (SELECT FROM token t WHERE t.id = r.target_id::uuid
  AND t.issued_at = uuid_extract_timestamp(r.target_id::uuid) AND t.expires_at < $3::timestamptz) ELSE false END`;

const BARE = `
  SELECT r.target_kind AS kind, string_agg(uuid_send(r.target_id::uuid), '') AS ids FROM revocation_order r
  WHERE r.position > $1::bigint AND r.position <= $2::bigint AND ${IS_BARE} AND NOT ${IS_OVER} GROUP BY r.target_kind`;

const OTHERS = `
  SELECT ${COLUMNS} FROM revocation_order r
  WHERE r.position > $1::bigint AND r.position <= $2::bigint AND NOT (${IS_BARE}) AND NOT ${IS_OVER} ORDER BY r.position`;

/**
 * What a newcomer needs: a book of all orders up to the feed's head, without those on single tokens that have expired since. Orders never
 * change and their positions are dense and in commit order: what is at or below a head that was read is all there.
 */
export async function readBook(db: Sql, now: Date): Promise<OrderBook> {
  const [head] = await db.query<{ position: bigint }>("SELECT position FROM feed_head WHERE id = 1");
  if (head === undefined) throw new Error("the feed of revocations has no head");
  const book = new OrderBook();
  for (let from = 0n; from < head.position; from += CHUNK) {
    const to = from + CHUNK < head.position ? from + CHUNK : head.position;
    const bare = await db.query<{ kind: BareKind; ids: Buffer }>(BARE, [from, to, now]);
    for (const { kind, ids } of bare) book.loadRevoked(kind, ids);
    book.load((await db.query<OrderRecord>(OTHERS, [from, to, now])).map(orderOf));
  }
  book.loadedTo(head.position);
  return book;
}
