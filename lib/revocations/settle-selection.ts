import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql, trusted } from "../list-query/sql-fragment.ts";
import { isOfPurgedWeek } from "../retention/is-of-purged-week.ts";
import type { OrderRecord } from "./order-row.ts";

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
 * the order is to begin later, stands in `token_standing`, all in the caller's transaction. The feed's head is locked last.
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

/** Brings a selection of a single chunk into force with its order's own transaction; nothing of it is left for the worker unless it begins later. */
export async function settleAtOnce(tx: Sql, order: OrderRecord, isInForce: boolean): Promise<void> {
  await settleChunk(tx, order, isInForce);
  if (isInForce)
    await run(
      tx,
      sql`UPDATE revocation_order SET settled_at = clock_timestamp() WHERE id = ${order.id}::uuid`,
    );
}
