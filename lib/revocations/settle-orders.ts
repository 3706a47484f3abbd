import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { endSignOn } from "./end-sign-on.ts";
import { IS_CANCELLED, IS_RESTORED, ORDER_COLUMNS, type OrderRecord } from "./order-row.ts";
import { tokensOfTarget } from "./order-tokens.ts";
import { settleChunk } from "./settle-selection.ts";
import { WIDE_FROM } from "./wide-orders.ts";

/** Tokens looked at in one transaction: a fraction of a second, so that nobody waits for it. */
const BATCH = 20_000;
/** Tokens whose suspensions end in one transaction: for each of them others are looked for. */
const RESTORE_BATCH = 5_000;
/** What was being issued when the order came may commit this much later; then the newest are looked at again. */
const GRACE = "2 seconds";
/** How far back the second look goes. A transaction lives at most half a minute. */
const SECOND_LOOK = "10 minutes";
const NIL = "00000000-0000-0000-0000-000000000000";

type Progress = {
  pass: number;
  afterIssuedAt: Date | null;
  afterId: string | null;
  isPastHorizon: boolean;
};

type Batch = { looked: number; written: number; lastIssuedAt: Date | null; lastId: string | null };

type DueOrder = OrderRecord & { isInForce: boolean; isCancelled: boolean };

/** Frozen selections are brought into the feed before their time, so that they hold everywhere from the instant on. */
const HAS_CHUNKS_TO_COME = sql`CASE WHEN o.target_kind = 'selection' AND o.verb <> 'restore' THEN EXISTS (SELECT FROM selection_chunk c
  WHERE c.selection_id = o.target_id::uuid AND c.position IS NULL) ELSE false END`;

/** The next order that has a step due, locked so that no other worker takes the same. */
async function takeOrder(tx: Sql): Promise<DueOrder | null> {
  const isInForce = sql`(o.effective_from <= o.created_at OR o.effective_from <= clock_timestamp())`;
  const [order] = await run<DueOrder>(
    tx,
    sql`SELECT ${ORDER_COLUMNS}, ${isInForce} AS "isInForce", ${IS_CANCELLED} AS "isCancelled"
      FROM revocation_order o LEFT JOIN order_settling p ON p.order_id = o.id
      WHERE o.settled_at IS NULL AND (${isInForce} OR ${HAS_CHUNKS_TO_COME}) AND (p.due_at IS NULL OR p.due_at <= clock_timestamp())
      ORDER BY o.position LIMIT 1 FOR UPDATE OF o SKIP LOCKED`,
  );
  return order ?? null;
}

async function progressOf(tx: Sql, order: OrderRecord): Promise<Progress> {
  // what this transaction is numbered is above everything that was being written when the order committed
  const [progress] = await run<Progress>(
    tx,
    sql`INSERT INTO order_settling AS p (order_id, pass, horizon, due_at)
      VALUES (${order.id}::uuid, 1, pg_current_xact_id()::text::bigint, clock_timestamp())
      ON CONFLICT (order_id) DO UPDATE SET due_at = p.due_at
      RETURNING pass, after_issued_at AS "afterIssuedAt", after_id AS "afterId",
        pg_snapshot_xmin(pg_current_snapshot())::text::bigint > horizon AS "isPastHorizon"`,
  );
  return progress as Progress;
}

/** The next tokens of an order's target in the order of issue, each with whether the order reaches it. */
function nextTokens(order: OrderRecord, progress: Progress): Fragment {
  const { from, where, bare } = tokensOfTarget(order.targetKind, order.targetId);
  const { cutoff } = order;
  const rows = (which: TokenColumns, isReached: Fragment, also: Fragment) => {
    const { issuedAt, id } = which;
    return sql`(SELECT ${issuedAt} AS issued_at, ${id} AS id, ${isReached} AS is_reached FROM ${which.from} WHERE ${which.where} AND ${also}
      AND ${beyond(progress, issuedAt, id)} ORDER BY ${issuedAt}, ${id} LIMIT ${BATCH}::int)`;
  };
  const whole = { from, where, issuedAt: sql`t.issued_at`, id: sql`t.id` };
  if (cutoff === null) return rows(whole, sql`true`, sql`true`);
  const isRooted = sql`t.rooted_at <= ${cutoff}::timestamptz`;
  if (bare === undefined) return rows(whole, isRooted, sql`true`);
  // a token is rooted before it is issued, but for those of a clock that was ahead
  const isBefore = sql`${bare.id} NOT IN (SELECT x.id FROM token x WHERE x.rooted_at > x.issued_at AND x.rooted_at > ${cutoff}::timestamptz)`;
  return sql`${rows(bare, isBefore, sql`${bare.issuedAt} <= ${cutoff}::timestamptz`)}
    UNION ALL ${rows(whole, isRooted, sql`t.issued_at > ${cutoff}::timestamptz`)} ORDER BY issued_at, id LIMIT ${BATCH}::int`;
}

type TokenColumns = Record<"from" | "where" | "issuedAt" | "id", Fragment>;

function beyond({ afterIssuedAt, afterId }: Progress, issuedAt: Fragment, id: Fragment): Fragment {
  if (afterIssuedAt === null) return sql`true`;
  return sql`${issuedAt} >= ${afterIssuedAt}::timestamptz
    AND (${issuedAt}, ${id}) > (${afterIssuedAt}::timestamptz, ${afterId ?? NIL}::uuid)`;
}

async function settleBatch(tx: Sql, order: OrderRecord, progress: Progress): Promise<Batch> {
  const written =
    order.verb === "revoke"
      ? sql`INSERT INTO token_standing (token_id, revoked_at, revoked_order_id, is_wide)
          SELECT id, ${order.effectiveFrom}::timestamptz, ${order.id}::uuid, ${order.settledCount >= WIDE_FROM}::boolean FROM looked
          WHERE is_reached ORDER BY id ON CONFLICT (token_id) DO UPDATE SET revoked_at = excluded.revoked_at, revoked_order_id = excluded.revoked_order_id,
            is_wide = excluded.is_wide
          WHERE token_standing.revoked_at IS NULL RETURNING token_id`
      : sql`INSERT INTO token_standing AS s (token_id, suspended_at, suspended_until, suspended_order_id)
          SELECT id, ${order.effectiveFrom}::timestamptz, ${order.expiresAt}::timestamptz, ${order.id}::uuid FROM looked WHERE is_reached ORDER BY id
          ON CONFLICT (token_id) DO UPDATE SET suspended_at = excluded.suspended_at, suspended_until = excluded.suspended_until,
            suspended_order_id = excluded.suspended_order_id
          WHERE s.suspended_order_id IS DISTINCT FROM excluded.suspended_order_id AND (s.suspended_order_id IS NULL
            OR coalesce(excluded.suspended_until, 'infinity') > coalesce(s.suspended_until, 'infinity')) RETURNING token_id`;
  const [batch] = await run<{
    looked: bigint;
    written: bigint;
    lastIssuedAt: Date | null;
    lastId: string | null;
  }>(
    tx,
    sql`WITH looked AS MATERIALIZED (${nextTokens(order, progress)}),
        written AS (${written}),
        last AS (SELECT issued_at, id FROM looked ORDER BY issued_at DESC, id DESC LIMIT 1)
      SELECT (SELECT count(*) FROM looked) AS looked, (SELECT count(*) FROM written) AS written, (SELECT issued_at FROM last) AS "lastIssuedAt",
        (SELECT id FROM last) AS "lastId"`,
  );
  return {
    looked: Number(batch?.looked ?? 0),
    written: Number(batch?.written ?? 0),
    lastIssuedAt: batch?.lastIssuedAt ?? null,
    lastId: batch?.lastId ?? null,
  };
}

/** Whether a restore of the same target came after a suspension: then it suspends nothing any more. */
async function isRestored(tx: Sql, order: OrderRecord): Promise<boolean> {
  const [row] = await run<{ is: boolean }>(
    tx,
    sql`SELECT ${IS_RESTORED} AS "is" FROM revocation_order o WHERE o.id = ${order.id}::uuid`,
  );
  return row?.is === true;
}

/** Waits for a step of the target's suspensions that is under way: what it writes is then seen here, and no other step begins. */
async function lockSuspensions(tx: Sql, order: OrderRecord): Promise<void> {
  await run(
    tx,
    sql`SELECT o.id FROM revocation_order o WHERE o.verb = 'suspend' AND o.target_kind = ${order.targetKind} AND o.target_id = ${order.targetId}
      AND o.settled_at IS NULL ORDER BY o.position FOR UPDATE`,
  );
}

/** Ends the suspensions of a restore's target, up to RESTORE_BATCH tokens; another suspension that still holds a token takes the place. */
async function settleRestore(tx: Sql, order: OrderRecord): Promise<number> {
  const [row] = await run<{ count: bigint }>(
    tx,
    sql`WITH ended AS MATERIALIZED (SELECT s.token_id FROM revocation_order x JOIN token_standing s ON s.suspended_order_id = x.id
          WHERE x.verb = 'suspend' AND x.target_kind = ${order.targetKind} AND x.target_id = ${order.targetId}
            AND x.position < ${order.position}::bigint ORDER BY s.token_id LIMIT ${RESTORE_BATCH}::int),
        next AS (SELECT e.token_id, other.id, other.effective_from, other.expires_at FROM ended e
          LEFT JOIN token t ON t.issued_at = uuid_extract_timestamp(e.token_id) AND t.id = e.token_id
          LEFT JOIN LATERAL (SELECT o.id, o.effective_from, o.expires_at FROM revocation_order o
            WHERE o.verb = 'suspend' AND (o.effective_from <= o.created_at OR o.effective_from <= clock_timestamp()) AND (o.expires_at IS NULL OR o.expires_at > clock_timestamp())
              AND order_reaches(o, t) AND NOT ${IS_CANCELLED} AND NOT EXISTS (SELECT FROM revocation_order r WHERE r.verb = 'restore' AND r.target_kind = o.target_kind
                AND r.target_id = o.target_id AND r.position > o.position
                AND (r.effective_from <= r.created_at OR r.effective_from <= clock_timestamp()))
            ORDER BY o.expires_at DESC NULLS FIRST LIMIT 1) other ON true),
        written AS (UPDATE token_standing s SET suspended_at = next.effective_from, suspended_until = next.expires_at, suspended_order_id = next.id
          FROM next WHERE s.token_id = next.token_id RETURNING 1)
      SELECT count(*) AS count FROM written`,
  );
  return Number(row?.count ?? 0);
}

async function finish(tx: Sql, order: OrderRecord, written: number): Promise<void> {
  await run(tx, sql`DELETE FROM order_settling WHERE order_id = ${order.id}::uuid`);
  await run(
    tx,
    sql`UPDATE revocation_order SET settled_at = clock_timestamp(), settled_count = settled_count + ${written}::int WHERE id = ${order.id}::uuid`,
  );
}

async function step(tx: Sql, order: DueOrder): Promise<void> {
  if (order.isCancelled) return finish(tx, order, 0);
  if (order.verb === "restore") {
    await lockSuspensions(tx, order);
    const ended = await settleRestore(tx, order);
    if (ended < RESTORE_BATCH) await finish(tx, order, ended);
    return;
  }
  if (order.verb === "suspend" && (await isRestored(tx, order))) return finish(tx, order, 0);
  if (order.targetKind === "selection") {
    const hasWritten = await settleChunk(tx, order, order.isInForce);
    if (!hasWritten && order.isInForce) await finish(tx, order, 0);
    return;
  }
  const progress = await progressOf(tx, order);
  if (order.effectiveFrom > order.createdAt && progress.pass === 1 && progress.afterIssuedAt === null)
    await endSignOn(tx, { kind: order.targetKind, ids: [order.targetId], until: order.effectiveFrom });
  if (progress.pass === 2 && !progress.isPastHorizon) {
    await run(
      tx,
      sql`UPDATE order_settling SET due_at = clock_timestamp() + interval '1 second' WHERE order_id = ${order.id}::uuid`,
    );
    return;
  }
  const batch = await settleBatch(tx, order, progress);
  const isAtEnd = batch.looked < BATCH;
  if (isAtEnd && progress.pass === 2) return finish(tx, order, batch.written);
  if (isAtEnd)
    await run(
      tx,
      sql`UPDATE order_settling SET pass = 2, after_issued_at = ${order.effectiveFrom}::timestamptz - ${SECOND_LOOK}::interval, after_id = ${NIL}::uuid,
        due_at = greatest(clock_timestamp(), ${order.effectiveFrom}::timestamptz + ${GRACE}::interval) WHERE order_id = ${order.id}::uuid`,
    );
  else
    await run(
      tx,
      sql`UPDATE order_settling SET after_issued_at = ${batch.lastIssuedAt}::timestamptz, after_id = ${batch.lastId}::uuid WHERE order_id = ${order.id}::uuid`,
    );
  if (batch.written > 0)
    await run(
      tx,
      sql`UPDATE revocation_order SET settled_count = settled_count + ${batch.written}::int WHERE id = ${order.id}::uuid`,
    );
}

/**
 * Does one step of settling in a transaction of its own: writes the next tokens that some order reaches to `token_standing`. Any number of
 * workers may call it at once; one that dies loses its step alone. An earlier revocation is never moved; an order counts in every list before,
 * during and after.
 *
 * @returns false where nothing is due now.
 */
export async function settleNext(db: Database): Promise<boolean> {
  return db.transaction(async (tx) => {
    const order = await takeOrder(tx);
    if (order === null) return false;
    await step(tx, order);
    return true;
  });
}
