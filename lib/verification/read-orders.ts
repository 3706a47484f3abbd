import type { Sql } from "../db/sql.ts";
import { isOfPurgedWeek } from "../retention/is-of-purged-week.ts";
import type { Order } from "../revocations/model.ts";
import { type DecidingRecord, orderOfRecord } from "../revocations/order-of-record.ts";
import { type BareKind, OrderBook, type SelectedTokens } from "./order-book.ts";

/** An entry of the feed: an order, or tokens of a frozen selection that came into force. */
export type FeedEntry = Order | SelectedTokens;

/** What a `DecidingRecord` has, of `revocation_order`. */
export const ORDER_ENTRY_COLUMNS = `id, position, verb, target_kind AS "targetKind", target_id AS "targetId", cutoff, effective_from AS "effectiveFrom",
  created_at AS "createdAt", expires_at AS "expiresAt", reason, cancels_id AS "cancelsId"`;

/** Chunks of selections that are read at once: some megabytes. */
const SELECTED_PAGE = 20;

/** The entries after a position, in the feed's order and without a gap. */
export async function readFeedAfter(db: Sql, position: bigint, limit: number): Promise<FeedEntry[]> {
  const [records, selected] = await Promise.all([
    db.query<DecidingRecord>(
      `SELECT ${ORDER_ENTRY_COLUMNS} FROM revocation_order WHERE position > $1::bigint ORDER BY position LIMIT $2::int`,
      [position, limit],
    ),
    db.query<SelectedTokens>(
      `SELECT c.position, c.selection_id AS "selectionId", (SELECT string_agg(uuid_send(n), '') FROM unnest(c.token_ids) n) AS ids
       FROM selection_chunk c WHERE c.position > $1::bigint ORDER BY c.position LIMIT $2::int`,
      [position, SELECTED_PAGE],
    ),
  ]);
  const entries = [...records.map(orderOfRecord), ...selected].sort((a, b) =>
    a.position < b.position ? -1 : 1,
  );
  // what is beyond the first gap is of a page that was cut, or was committed between the two statements
  const gap = entries.findIndex((entry, index) => entry.position !== position + BigInt(index + 1));
  return gap === -1 ? entries : entries.slice(0, gap);
}

/** Positions that are looked at in one statement. */
const CHUNK = 100_000n;

const IS_BARE =
  "r.verb = 'revoke' AND r.target_kind IN ('token', 'family') AND r.effective_from <= r.created_at";
/** Whether a token has expired since, or has left the register with its week: then it had expired long before. */
const hasExpired = (
  id: string,
) => `(EXISTS (SELECT FROM token t WHERE t.id = ${id} AND t.issued_at = uuid_extract_timestamp(${id})
  AND t.expires_at < $3::timestamptz) OR ${isOfPurgedWeek(id)})`;
/**
 * Whether all tokens of a family have left. A token without a family of its own is one under its own id; every other family has a row, which goes
 * when none of its tokens is left and none can come.
 */
const familyHasLeft = (id: string) =>
  `coalesce(${isOfPurgedWeek(id)} AND NOT EXISTS (SELECT FROM token_family f WHERE f.id = ${id}), false)`;
/** Single tokens that have expired since matter no more, nor do families that have left. */
const IS_OVER = `CASE r.target_kind WHEN 'token' THEN coalesce(${hasExpired("r.target_id::uuid")}, false)
  WHEN 'family' THEN ${familyHasLeft("r.target_id::uuid")} ELSE false END`;

const BARE = `
  SELECT r.target_kind AS kind, string_agg(uuid_send(r.target_id::uuid), '') AS ids FROM revocation_order r
  WHERE r.position > $1::bigint AND r.position <= $2::bigint AND ${IS_BARE} AND NOT ${IS_OVER} GROUP BY r.target_kind`;

const OTHERS = `
  SELECT ${ORDER_ENTRY_COLUMNS} FROM revocation_order r
  WHERE r.position > $1::bigint AND r.position <= $2::bigint AND NOT (${IS_BARE}) AND NOT ${IS_OVER} ORDER BY r.position`;

/** The chunks whose order was neither called off nor given back nor has ended, without the tokens that have expired. */
const SELECTED = `
  SELECT c.position, c.selection_id AS "selectionId", (SELECT string_agg(uuid_send(n), '') FROM unnest(c.token_ids) n
      WHERE NOT ${hasExpired("n")}) AS ids
  FROM (SELECT * FROM selection_chunk WHERE position > $1::bigint AND position <= $2::bigint ORDER BY position LIMIT ${SELECTED_PAGE}) c
  WHERE EXISTS (SELECT FROM revocation_order o WHERE o.target_kind = 'selection' AND o.target_id = c.selection_id::text
    AND o.verb IN ('revoke', 'suspend') AND (o.expires_at IS NULL OR o.expires_at > $3::timestamptz)
    AND NOT EXISTS (SELECT FROM revocation_order k WHERE k.cancels_id = o.id)
    AND NOT (o.verb = 'suspend' AND EXISTS (SELECT FROM revocation_order x WHERE x.verb = 'restore' AND x.target_kind = 'selection'
      AND x.target_id = o.target_id AND x.position > o.position AND x.position <= $2::bigint AND x.effective_from <= x.created_at)))
  ORDER BY c.position`;

/** The last of the next few chunks, whether they matter or not. */
const LAST_SELECTED = `
  SELECT max(position) AS position FROM (SELECT position FROM selection_chunk WHERE position > $1::bigint AND position <= $2::bigint
    ORDER BY position LIMIT ${SELECTED_PAGE}) c`;

async function loadSelected(db: Sql, book: OrderBook, head: bigint, now: Date): Promise<void> {
  for (let from = 0n; ; ) {
    const [last] = await db.query<{ position: bigint | null }>(LAST_SELECTED, [from, head]);
    if (last === undefined || last.position === null) return;
    const chunks = await db.query<Omit<SelectedTokens, "ids"> & { ids: Buffer | null }>(SELECTED, [
      from,
      head,
      now,
    ]);
    for (const { selectionId, ids } of chunks) if (ids !== null) book.loadSelected(selectionId, ids);
    from = last.position;
  }
}

/**
 * What a newcomer needs: a book of all orders up to the feed's head, without those on single tokens that have expired since and on families that have left. Orders never
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
    book.load((await db.query<DecidingRecord>(OTHERS, [from, to, now])).map(orderOfRecord));
  }
  await loadSelected(db, book, head.position, now);
  book.loadedTo(head.position);
  return book;
}
