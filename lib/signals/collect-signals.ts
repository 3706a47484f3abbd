import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { isUuid } from "../ids.ts";
import { appendSignals, hasStreams } from "./append-signals.ts";
import { eventsOfOrder, type ToldOrder } from "./events-of-order.ts";

/** Orders that are told in one transaction. */
const BATCH = 500;

type OrderRecord = Omit<ToldOrder, "holder" | "tokenKind" | "clientId"> & {
  position: bigint;
  isScheduled: boolean;
};

const COLUMNS = `r.id, r.position, r.verb, r.target_kind AS "targetKind", r.target_id AS "targetId", r.reason, r.actor_kind AS "actorKind",
  r.effective_from AS "effectiveFrom", r.effective_from > r.created_at AS "isScheduled", g.txn, g.verifier_id AS "causedById"`;

/** The peer's event that caused an order, where one did: once for each order. */
const CAUSE = `LEFT JOIN LATERAL (SELECT coalesce(e.txn, e.jti) AS txn, p.verifier_id FROM received_signal e JOIN signal_receiver p ON p.id = e.receiver_id
  WHERE e.order_id = r.id LIMIT 1) g ON true`;

/** The orders after a position, with the head that they were read under: one statement, so that nothing can come in between. */
const NEXT = `
  WITH head AS (SELECT position FROM feed_head WHERE id = 1)
  SELECT head.position AS head, o.* FROM head LEFT JOIN LATERAL (
    SELECT ${COLUMNS} FROM revocation_order r ${CAUSE} WHERE r.position > $1::bigint AND r.position <= head.position ORDER BY r.position LIMIT ${BATCH}) o ON true
  ORDER BY o.position`;

/** Scheduled orders that have begun and were not called off. */
const DUE = `
  SELECT ${COLUMNS} FROM revocation_order r ${CAUSE}
  WHERE r.effective_from > r.created_at AND r.effective_from > $1::timestamptz AND r.effective_from <= $2::timestamptz AND r.position <= $3::bigint
    AND NOT EXISTS (SELECT FROM revocation_order k WHERE k.cancels_id = r.id)
  ORDER BY r.effective_from, r.position`;

/** Whether there is anything to do: looked at without a lock, for mostly there is not. */
const IS_BEHIND = `
  SELECT f.position > s.feed_position OR s.due_until < clock_timestamp() - interval '1 minute'
    OR EXISTS (SELECT FROM revocation_order r WHERE r.effective_from > r.created_at AND r.effective_from > s.due_until AND r.effective_from <= clock_timestamp()) AS there
  FROM signal_head s, feed_head f WHERE s.id = 1 AND f.id = 1`;

/**
 * Turns what was ordered since the last time into events of the log, exactly once, in the order of the feed; scheduled orders when they begin. Without a stream
 * nothing is written.
 *
 * @returns whether there may be more to do at once.
 */
export async function collectSignals(db: SqlDatabase): Promise<boolean> {
  const [behind] = await db.query<{ there: boolean }>(IS_BEHIND);
  if (behind?.there !== true) return false;
  return db.transaction(async (tx) => {
    const [head] = await tx.query<{ feedPosition: bigint; dueUntil: Date; now: Date }>(
      `SELECT feed_position AS "feedPosition", due_until AS "dueUntil", clock_timestamp()::timestamptz(3) AS now FROM signal_head WHERE id = 1
       FOR UPDATE SKIP LOCKED`,
    );
    // another worker is at it
    if (head === undefined) return false;
    const rows = await tx.query<OrderRecord & { head: bigint; id: string | null }>(NEXT, [head.feedPosition]);
    const placed = rows.filter((row) => row.id !== null);
    const isMore = placed.length === BATCH;
    const position = (isMore ? placed.at(-1)?.position : rows[0]?.head) ?? head.feedPosition;
    // one that was committed when its moment had passed the mark would be met by no later look
    const begun = placed.filter((order) => !order.isScheduled || order.effectiveFrom <= head.dueUntil);
    const due = await tx.query<OrderRecord>(DUE, [head.dueUntil, head.now, position]);
    const orders = [...begun, ...due];
    if (orders.length > 0 && (await hasStreams(tx)))
      await appendSignals(tx, (await readHolders(tx, orders)).flatMap(eventsOfOrder));
    await tx.query(
      "UPDATE signal_head SET feed_position = $1::bigint, due_until = greatest(due_until, $2::timestamptz) WHERE id = 1",
      [position, head.now],
    );
    return isMore;
  });
}

type HolderRecord = {
  id: string;
  userId: string | null;
  clientId: string | null;
  sessionUid: string | null;
  kind?: "access" | "refresh";
};

const TOKENS = `
  SELECT t.id, t.user_id AS "userId", c.client_id AS "clientId", t.session_uid AS "sessionUid", t.kind
  FROM unnest($1::uuid[]) AS n(id) JOIN token t ON t.id = n.id AND t.issued_at = uuid_extract_timestamp(n.id)
  LEFT JOIN client c ON c.id = t.client_id`;
const FAMILIES = `
  SELECT f.id, f.user_id AS "userId", c.client_id AS "clientId", f.session_uid AS "sessionUid"
  FROM token_family f LEFT JOIN client c ON c.id = f.client_id WHERE f.id = ANY ($1::uuid[])`;
const SESSIONS = `
  SELECT DISTINCT ON (f.session_uid) f.session_uid AS id, f.user_id AS "userId", NULL AS "clientId", f.session_uid AS "sessionUid"
  FROM token_family f WHERE f.session_uid = ANY ($1::text[]) ORDER BY f.session_uid`;
const CLIENTS = `SELECT id, client_id AS "clientId" FROM client WHERE id = ANY ($1::uuid[])`;

async function readHolders(tx: Sql, orders: readonly OrderRecord[]): Promise<ToldOrder[]> {
  const idsOf = (kind: string) =>
    orders.filter((order) => order.targetKind === kind).map((order) => order.targetId);
  const uuids = (kind: string) => idsOf(kind).filter(isUuid);
  const tokens = await tx.query<HolderRecord>(TOKENS, [uuids("token")]);
  const families = await tx.query<HolderRecord>(FAMILIES, [uuids("family")]);
  const sessions = await tx.query<HolderRecord>(SESSIONS, [idsOf("session")]);
  const clients = await tx.query<{ id: string; clientId: string }>(CLIENTS, [uuids("client")]);
  const byId = new Map([...tokens, ...families, ...sessions].map((holder) => [holder.id, holder]));
  const clientIds = new Map(clients.map((client) => [client.id, client.clientId]));
  return orders.map((order) => {
    const holder = byId.get(order.targetId) ?? null;
    return {
      ...order,
      holder,
      tokenKind: holder?.kind ?? null,
      clientId: clientIds.get(order.targetId) ?? null,
    };
  });
}
