import type { Sql } from "../db/sql.ts";
import { lowestUuidv7 } from "../ids.ts";
import { all, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { tokensOfTarget } from "../revocations/order-tokens.ts";
import { type PendingOrder, type PendingOrders, readPendingOrders } from "../tokens/state-sql.ts";
import { LIST_OPEN_MS, STATUS_BITS, TOKEN_STATUS, type TokenStatus } from "./model.ts";
import { StatusArray } from "./status-array.ts";

/** A list as it is on record. */
export type StatusListRecord = {
  id: number;
  size: number;
  openedAt: Date;
  closedAt: Date | null;
  livesUntil: Date;
};

/** What the statuses of a list are, and for how long. */
export type ListStatuses = {
  array: StatusArray;
  /** When a suspension ends or an order takes effect: the array is right until then, if no other order comes. Null: never. */
  changesAt: Date | null;
  /** No order is on its way into the register: nothing will change that is not an order of its own. */
  isSettled: boolean;
};

/** A clock that is set right meanwhile: the list's number tells its tokens, their time only where to look for them. */
const MARGIN_MS = 60_000;

/** When the tokens of a list were issued. One whose process was killed ends when its day is over. */
function spanOf({ openedAt, closedAt }: StatusListRecord): { from: Date; to: Date } {
  const end = closedAt?.getTime() ?? openedAt.getTime() + LIST_OPEN_MS;
  return { from: new Date(openedAt.getTime() - MARGIN_MS), to: new Date(end + MARGIN_MS) };
}

type Indexes = { indexes: Buffer | null };
const INDEXES = sql`string_agg(int4send(t.status_index), '') AS indexes`;

/** `token t` is of the list. */
function isOfList(list: StatusListRecord): Fragment {
  const { from, to } = spanOf(list);
  return sql`t.status_list_id = ${list.id}::int AND t.issued_at >= ${from}::timestamptz AND t.issued_at < ${to}::timestamptz`;
}

function mark(array: StatusArray, indexes: Buffer | null, status: TokenStatus): void {
  for (let at = 0; at < (indexes?.length ?? 0); at += 4)
    array.set((indexes as Buffer).readInt32BE(at), status);
}

function tokensOf(list: StatusListRecord, ids: readonly string[]): Fragment {
  return sql`SELECT ${INDEXES} FROM unnest(${ids}::uuid[]) AS k(id) JOIN token t ON t.issued_at = uuid_extract_timestamp(k.id) AND t.id = k.id
    WHERE ${isOfList(list)}`;
}

/** By the narrow table: its cost goes by what was taken back, not by how many tokens there are. */
async function readSettled(
  db: Sql,
  list: StatusListRecord,
  pending: PendingOrders,
  now: Date,
): Promise<{ revoked: Buffer | null; suspended: Buffer | null; changesAt: Date | null }> {
  const { from, to } = spanOf(list);
  const isSuspended = pending.countsSettledSuspensions
    ? sql`(s.suspended_at IS NOT NULL AND (s.suspended_until IS NULL OR s.suspended_until > ${now}::timestamptz))`
    : sql`false`;
  const [row] = await run<{ revoked: Buffer | null; suspended: Buffer | null; changesAt: Date | null }>(
    db,
    sql`SELECT string_agg(int4send(t.status_index), '') FILTER (WHERE s.revoked_at IS NOT NULL) AS revoked,
        string_agg(int4send(t.status_index), '') FILTER (WHERE s.revoked_at IS NULL) AS suspended,
        min(s.suspended_until) FILTER (WHERE s.revoked_at IS NULL) AS "changesAt"
      FROM token_standing s JOIN token t ON t.issued_at = uuid_extract_timestamp(s.token_id) AND t.id = s.token_id
      WHERE s.token_id >= ${lowestUuidv7(from)}::uuid AND s.token_id < ${lowestUuidv7(to)}::uuid AND ${isOfList(list)}
        AND (s.revoked_at IS NOT NULL OR ${isSuspended})`,
  );
  return row ?? { revoked: null, suspended: null, changesAt: null };
}

/** The indexes that orders reach which the narrow table may not tell yet, one buffer a statement. */
async function readReached(
  db: Sql,
  list: StatusListRecord,
  orders: readonly PendingOrder[],
): Promise<(Buffer | null)[]> {
  const idsOf = (kind: PendingOrder["targetKind"]) =>
    orders.filter((order) => order.targetKind === kind).map((order) => order.targetId);
  const statements: Fragment[] = [];
  const [tokens, families] = [idsOf("token"), idsOf("family")];
  if (tokens.length > 0) statements.push(tokensOf(list, tokens));
  if (families.length > 0)
    statements.push(
      sql`SELECT ${INDEXES} FROM token t WHERE t.family_id = ANY (${families}::uuid[]) AND ${isOfList(list)}`,
    );
  for (const order of orders) {
    if (order.targetKind === "token" || order.targetKind === "family") continue;
    const { from, where } = tokensOfTarget(order.targetKind, order.targetId);
    const conditions = [where, isOfList(list)];
    if (order.cutoff !== null) conditions.push(sql`t.rooted_at <= ${order.cutoff}::timestamptz`);
    statements.push(sql`SELECT ${INDEXES} FROM ${from} WHERE ${all(conditions)}`);
  }
  const found: (Buffer | null)[] = [];
  for (const statement of statements) {
    const [row] = await run<Indexes>(db, statement);
    found.push(row?.indexes ?? null);
  }
  return found;
}

/** When the next order that was placed for later takes effect. */
async function readNextEffect(db: Sql, now: Date): Promise<Date | null> {
  const [row] = await run<{ at: Date | null }>(
    db,
    sql`SELECT min(effective_from) AS at FROM revocation_order WHERE settled_at IS NULL AND effective_from > ${now}::timestamptz`,
  );
  return row?.at ?? null;
}

/**
 * Marks single tokens of a list that were revoked since it was read: what most orders do, at the price of those orders alone.
 *
 * @param tokenIds of orders that revoke at once and for ever.
 */
export async function addRevokedTokens(
  db: Sql,
  list: StatusListRecord,
  array: StatusArray,
  tokenIds: readonly string[],
): Promise<void> {
  const [row] = await run<Indexes>(db, tokensOf(list, tokenIds));
  mark(array, row?.indexes ?? null, TOKEN_STATUS.invalid);
}

/**
 * Reads the statuses of a list: what is settled from the narrow table, what is not from the orders themselves. Revoked wins over suspended; the tokens of a
 * disabled client are suspended, since they are good again when it is enabled.
 *
 * @param disabledClients register ids.
 */
export async function readStatuses(
  db: Sql,
  list: StatusListRecord,
  disabledClients: readonly string[],
  now: Date,
): Promise<ListStatuses> {
  // first the orders: what is settled between the statements counts twice and not never
  const pending = await readPendingOrders(db, now);
  const settled = await readSettled(db, list, pending, now);
  const suspended = await readReached(db, list, pending.suspensions);
  const revoked = await readReached(db, list, pending.revocations);
  const [disabled] =
    disabledClients.length === 0
      ? []
      : await run<Indexes>(
          db,
          sql`SELECT ${INDEXES} FROM token t WHERE t.client_id = ANY (${disabledClients}::uuid[]) AND ${isOfList(list)}`,
        );
  const nextEffect = await readNextEffect(db, now);
  const array = new StatusArray(list.size, STATUS_BITS);
  for (const indexes of [settled.suspended, disabled?.indexes ?? null, ...suspended])
    mark(array, indexes, TOKEN_STATUS.suspended);
  for (const indexes of [settled.revoked, ...revoked]) mark(array, indexes, TOKEN_STATUS.invalid);
  const changes = [settled.changesAt, nextEffect].filter((at) => at !== null);
  return {
    array,
    changesAt: changes.length === 0 ? null : new Date(Math.min(...changes.map((at) => at.getTime()))),
    isSettled:
      pending.revokes.length === 0 && pending.suspends.length === 0 && pending.countsSettledSuspensions,
  };
}
