import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { uuidv7Time } from "../ids.ts";
import type { Page } from "../list-query/define-table.ts";
import { type Keyset, keysetOf, orderBy, seek, toPage } from "../list-query/keyset.ts";
import { all, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow, timeWindow } from "../list-query/time-window.ts";
import type { OrderSubject } from "../revocations/model.ts";
import { readReachingOrders } from "../revocations/reaching-orders.ts";
import { ENTRY_COLUMNS, type EntryRecord, entryRowOf } from "./entry-record.ts";
import type { ActivityRow } from "./model.ts";
import { type ActivityQuery, activityTable } from "./table.ts";
import { useConditions } from "./use-filters.ts";
import { USE_COLUMNS, USE_JOINS, type UseRecord, useRowOf } from "./use-record.ts";

/**
 * The admin acts upon a token: those on itself, its family and its session, and those whose order reached it. An act on its user or client
 * that did not reach it is not its story.
 */
async function actsUpon(db: Sql, tokenId: string): Promise<Fragment> {
  const issuedAt = uuidv7Time(tokenId);
  const [row] =
    issuedAt === null
      ? []
      : await run<Omit<OrderSubject, "rootedAtMs"> & { rootedAt: Date }>(
          db,
          sql`SELECT t.id, t.family_id AS "familyId", t.session_uid AS "sessionUid", t.user_id AS "userId", t.client_id AS "clientId", t.scopes,
              t.groups, t.audiences, t.signing_kid AS "signingKid", t.rooted_at AS "rootedAt"
            FROM token t WHERE t.issued_at = ${issuedAt}::timestamptz AND t.id = ${tokenId}::uuid`,
        );
  if (row === undefined) return actsUponPurged(db, tokenId, issuedAt);
  const { rootedAt, ...subject } = row;
  const orders = await readReachingOrders(db, { ...subject, rootedAtMs: rootedAt.getTime() });
  const own = [
    ["token", subject.id],
    ["family", subject.familyId],
    ...(subject.sessionUid === null ? [] : [["session", subject.sessionUid]]),
  ];
  const kinds = [...own.map(([kind]) => kind as string), ...orders.map((order) => order.targetKind)];
  const ids = [...own.map(([, id]) => id as string), ...orders.map((order) => order.targetId)];
  const isOwn = sql`e.target_kind IN ('token', 'family', 'session')`;
  const orderIds = orders.map((order) => order.id);
  return sql`(e.target_kind, e.target_id) IN (SELECT * FROM unnest(${kinds}::text[], ${ids}::text[]))
    AND (${isOwn} OR e.after ->> 'orderId' = ANY (${orderIds}::text[]))`;
}

/** The acts upon a token that has left the register, and upon its family as its issue is in the log. */
async function actsUponPurged(db: Sql, tokenId: string, issuedAt: Date | null): Promise<Fragment> {
  if (issuedAt === null) return sql`false`;
  const [issue] = await run<{ familyId: string }>(
    db,
    sql`SELECT x.family_id AS "familyId" FROM token_use x WHERE x.token_id = ${tokenId}::uuid AND x.received_at = ${issuedAt}::timestamptz LIMIT 1`,
  );
  const own = issue === undefined ? [] : [["family", issue.familyId] as const];
  const targets = [["token", tokenId] as const, ...own];
  return sql`(e.target_kind, e.target_id) IN (SELECT * FROM unnest(${targets.map(([kind]) => kind)}::text[], ${targets.map(([, id]) => id)}::text[]))`;
}

async function readUses(ctx: Context, query: ActivityQuery, keyset: Keyset): Promise<ActivityRow[]> {
  const { at, token } = query.filters;
  const conditions = await useConditions(
    ctx.db,
    { ...(at === undefined ? {} : { at }), ...(token === undefined ? {} : { token }) },
    ctx.now,
  );
  const [column, id] = [sql`x.received_at`, sql`x.id`];
  const after = seek(keyset, column, id);
  if (after !== null) conditions.push(after);
  const records = await run<UseRecord>(
    ctx.db,
    sql`WITH page AS MATERIALIZED (SELECT x.* FROM token_use x WHERE ${all(conditions)} ORDER BY ${orderBy(keyset, column, id)}
        LIMIT ${keyset.limit}::int)
      SELECT ${USE_COLUMNS} FROM page x ${USE_JOINS} ORDER BY ${orderBy(keyset, column, id)}`,
  );
  return records.map((record) => {
    const use = useRowOf(record);
    return { kind: "use", id: use.id, at: use.receivedAt, use };
  });
}

async function readActs(ctx: Context, query: ActivityQuery, keyset: Keyset): Promise<ActivityRow[]> {
  const { at, token } = query.filters;
  const conditions: Fragment[] = [];
  if (at !== undefined) conditions.push(inWindow(sql`e.at`, timeWindow(at, "back", ctx.now)));
  if (token !== undefined) conditions.push(await actsUpon(ctx.db, token));
  const [column, id] = [sql`e.at`, sql`e.id`];
  const after = seek(keyset, column, id);
  if (after !== null) conditions.push(after);
  const records = await run<EntryRecord>(
    ctx.db,
    sql`SELECT ${ENTRY_COLUMNS} FROM audit_entry e WHERE ${all(conditions)} ORDER BY ${orderBy(keyset, column, id)}
      LIMIT ${keyset.limit}::int`,
  );
  return records.map((record) => {
    const entry = entryRowOf(record);
    return { kind: "act", id: entry.id, at: entry.at, entry };
  });
}

function merge(keyset: Keyset, ...lists: ActivityRow[][]): ActivityRow[] {
  const sign = keyset.direction === "desc" ? -1 : 1;
  return lists
    .flat()
    .sort((one, other) => {
      const [a, b] = [`${one.at} ${one.id}`, `${other.at} ${other.id}`];
      return a === b ? 0 : a < b ? -sign : sign;
    })
    .slice(0, keyset.limit);
}

/**
 * Uses and admin acts in one order of time, newest first. With `token` its whole story in one place: its issue, its uses, who revoked it and
 * why, and the attempts refused since. Needs `audit:read`.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 */
export async function listActivity(ctx: Context, query: ActivityQuery): Promise<Page<ActivityRow>> {
  requirePermission(ctx, "audit:read");
  const keyset = keysetOf(activityTable, query);
  const what = query.filters.what ?? ["use", "act"];
  const [uses, acts] = await Promise.all([
    what.includes("use") ? readUses(ctx, query, keyset) : [],
    what.includes("act") ? readActs(ctx, query, keyset) : [],
  ]);
  return toPage(activityTable, query, keyset, merge(keyset, uses, acts), (row) => ({
    value: row.at,
    id: row.id,
  }));
}
