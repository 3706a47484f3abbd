import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql, trusted } from "../list-query/sql-fragment.ts";
import { isOfPurgedWeek } from "../retention/is-of-purged-week.ts";
import { ORDER_COLUMNS, type OrderRecord } from "./order-row.ts";

type Chunk = { number: number; position: bigint | null };

/** The next chunk of a selection that is not in the feed, or, once its order is in force, not written down. */
async function takeChunk(tx: Sql, selectionId: string, isInForce: boolean): Promise<Chunk | null> {
  const [chunk] = await run<Chunk>(
    tx,
    sql`SELECT c.number, c.position FROM selection_chunk c WHERE c.selection_id = ${selectionId}::uuid
      AND (c.position IS NULL OR (${isInForce} AND c.settled_at IS NULL)) ORDER BY c.number LIMIT 1`,
  );
  return chunk ?? null;
}

async function writeDown(tx: Sql, order: OrderRecord, ids: Fragment): Promise<number> {
  const written =
    order.verb === "revoke"
      ? sql`INSERT INTO token_standing (token_id, revoked_at, revoked_order_id)
          SELECT n, ${order.effectiveFrom}::timestamptz, ${order.id}::uuid FROM ${ids} AS x(n) ORDER BY n
          ON CONFLICT (token_id) DO UPDATE SET revoked_at = excluded.revoked_at, revoked_order_id = excluded.revoked_order_id
          WHERE token_standing.revoked_at IS NULL RETURNING 1`
      : sql`INSERT INTO token_standing AS s (token_id, suspended_at, suspended_until, suspended_order_id)
          SELECT n, ${order.effectiveFrom}::timestamptz, ${order.expiresAt}::timestamptz, ${order.id}::uuid FROM ${ids} AS x(n) ORDER BY n
          ON CONFLICT (token_id) DO UPDATE SET suspended_at = excluded.suspended_at, suspended_until = excluded.suspended_until,
            suspended_order_id = excluded.suspended_order_id
          WHERE s.suspended_order_id IS NULL OR (s.suspended_order_id <> excluded.suspended_order_id
            AND coalesce(excluded.suspended_until, 'infinity') > coalesce(s.suspended_until, 'infinity')) RETURNING 1`;
  const [row] = await run<{ count: bigint }>(
    tx,
    sql`WITH written AS (${written}) SELECT count(*) AS count FROM written`,
  );
  return Number(row?.count ?? 0);
}

/**
 * Brings the next tokens of a frozen selection into force: one chunk becomes an entry of the feed, is on record token by token and, unless
 * the order is to begin later, stands in `token_standing`, all in the caller's transaction. The feed's head is locked before `token_standing` is written, as by
 * whoever places an order, and after what takes longest.
 *
 * @returns false where no chunk was left.
 */
export async function settleChunk(tx: Sql, order: OrderRecord, isInForce: boolean): Promise<boolean> {
  const chunk = await takeChunk(tx, order.targetId, isInForce);
  if (chunk === null) return false;
  const which = sql`selection_id = ${order.targetId}::uuid AND number = ${chunk.number}::int`;
  // what has left the register since it was frozen had expired
  const ids = sql`(SELECT n FROM (SELECT unnest(token_ids) AS n FROM selection_chunk WHERE ${which}) c WHERE NOT ${trusted(isOfPurgedWeek("n"))})`;
  if (chunk.position === null)
    await run(
      tx,
      sql`INSERT INTO selection_token (selection_id, token_id) SELECT ${order.targetId}::uuid, n FROM ${ids} AS x(n)`,
    );
  // who places an order holds the head while it writes tokens: the other way round the two would wait for each other
  if (chunk.position === null && isInForce)
    await tx.query("SELECT position FROM feed_head WHERE id = 1 FOR UPDATE");
  const written = isInForce ? await writeDown(tx, order, ids) : 0;
  if (written > 0)
    await run(
      tx,
      sql`UPDATE revocation_order SET settled_count = settled_count + ${written}::int WHERE id = ${order.id}::uuid`,
    );
  if (chunk.position === null)
    await run(
      tx,
      sql`WITH head AS (UPDATE feed_head SET position = position + 1 WHERE id = 1 RETURNING position)
        UPDATE selection_chunk SET position = head.position, settled_at = CASE WHEN ${isInForce} THEN clock_timestamp() END FROM head WHERE ${which}`,
    );
  else await run(tx, sql`UPDATE selection_chunk SET settled_at = clock_timestamp() WHERE ${which}`);
  return true;
}

/** Which tokens of some chunks are still in the register: what has left it since it was frozen had expired. */
const STILL_THERE = `NOT ${isOfPurgedWeek("n")}`;

/**
 * Puts selections of a single chunk each on record, token by token, before their orders are placed: what takes long of bringing them into force, without the feed's
 * head.
 */
export async function listSelections(tx: Sql, selectionIds: readonly string[]): Promise<void> {
  await tx.query(
    `INSERT INTO selection_token (selection_id, token_id)
     SELECT x.selection_id, x.n FROM (SELECT c.selection_id, unnest(c.token_ids) AS n FROM selection_chunk c WHERE c.selection_id = ANY ($1::uuid[])) x
     WHERE ${STILL_THERE}`,
    [selectionIds],
  );
}

/**
 * Brings listed selections into the feed with their orders' own transaction, each behind the one before; those whose orders are in force also into the standing of
 * their tokens. The head of the feed is moved once for all of them.
 */
export async function settleListed(
  tx: Sql,
  listed: readonly { orderId: string; selectionId: string; isInForce: boolean }[],
): Promise<void> {
  if (listed.length === 0) return;
  await tx.query(
    `WITH c AS MATERIALIZED (SELECT l.selection_id, l.is_in_force, l.n FROM unnest($1::uuid[], $2::boolean[]) WITH ORDINALITY AS l(selection_id, is_in_force, n)),
       head AS (UPDATE feed_head SET position = position + $3::int WHERE id = 1 RETURNING position - $3::int AS before)
     UPDATE selection_chunk x SET position = head.before + c.n, settled_at = CASE WHEN c.is_in_force THEN clock_timestamp() END
     FROM c, head WHERE x.selection_id = c.selection_id`,
    [listed.map((one) => one.selectionId), listed.map((one) => one.isInForce), listed.length],
  );
  for (const { orderId, selectionId, isInForce } of listed) {
    if (!isInForce) continue;
    const [order] = await run<OrderRecord>(
      tx,
      sql`SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.id = ${orderId}::uuid`,
    );
    const ids = sql`(SELECT token_id FROM selection_token WHERE selection_id = ${selectionId}::uuid)`;
    const written = await writeDown(tx, order as OrderRecord, ids);
    await run(
      tx,
      sql`UPDATE revocation_order SET settled_count = settled_count + ${written}::int, settled_at = clock_timestamp() WHERE id = ${orderId}::uuid`,
    );
  }
}

/** Brings a selection of a single chunk into force with its order's own transaction; nothing of it is left for the worker unless it begins later. */
export async function settleAtOnce(tx: Sql, order: OrderRecord, isInForce: boolean): Promise<void> {
  await settleChunk(tx, order, isInForce);
  if (isInForce)
    await run(
      tx,
      sql`UPDATE revocation_order SET settled_at = clock_timestamp() WHERE id = ${order.id}::uuid`,
    );
}
