import { listAuditEntries } from "../audit/list-audit-entries.ts";
import { type AuditEntriesQuery, auditEntriesTable } from "../audit/table.ts";
import { tokensOf } from "../audit/tokens-of.ts";
import { can } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { getOrderPropagation } from "../propagation/get-order-propagation.ts";
import type { OrderSubject } from "../revocations/model.ts";
import { ORDER_COLUMNS, type OrderRecord } from "../revocations/order-row.ts";
import { targetsOf } from "../revocations/targets-of.ts";
import type { Span } from "../use-rollups/grains.ts";
import { type Lifeline, type LifelineKind, type LifelineMark, MARKS_MAX, type MarkKind } from "./model.ts";

/** Tokens of a family by which orders upon one of them are found. */
const FAMILY_TOKENS = 1_000;

type Subject = { kind: LifelineKind; id: string };

/** Acts that are marks. Orders are read where they stand. */
const ACTS: Record<string, MarkKind> = {
  "client.created": "created",
  "client.disabled": "disabled",
  "client.enabled": "enabled",
  "client.secret_created": "secret",
  "client.secret_rotated": "secret",
  "client.secret_revoked": "secret",
  "user.created": "created",
  "user.disabled": "disabled",
  "user.enabled": "enabled",
  "verifier.created": "created",
  "verifier.disabled": "disabled",
  "verifier.enabled": "enabled",
  "verifier.secret_rotated": "secret",
  "verifier.secret_revoked": "secret",
  "refresh_token.replayed": "replayed",
  "authorization_code.replayed": "replayed",
  "device_code.replayed": "replayed",
};

async function readActs(ctx: Context, { kind, id }: Subject): Promise<LifelineMark[]> {
  if (kind === "address") return [];
  const prefixes =
    kind === "family" ? ["refresh_token.", "authorization_code.", "device_code."] : [`${kind}.`];
  const query: AuditEntriesQuery = {
    ...defaultQuery(auditEntriesTable),
    filters: {
      target: kind,
      targetId: [id],
      act: Object.keys(ACTS).filter((act) => prefixes.some((prefix) => act.startsWith(prefix))),
      outcome: ["done"],
    },
    pageSize: MARKS_MAX,
  };
  const { rows } = await listAuditEntries(ctx, query);
  return rows.flatMap(({ id: entry, at, act }) => {
    const what = ACTS[act];
    return what === undefined ? [] : [{ at, what, isPart: false, href: `/audit/acts/${entry}` }];
  });
}

const VERBS = { revoke: "revoked", suspend: "suspended", restore: "restored" } as const;

/** By what orders reach it, and when it was rooted, where an order's cutoff counts. */
type Reached = { targets: [kind: string, id: string][]; rootedAt: Date | null };

/** Of a family: by what they reach its newest token, and by each of its tokens. */
async function reachedOfFamily(ctx: Context, id: string): Promise<Reached> {
  const tokens = await tokensOf(ctx.db, "family_id", [id], FAMILY_TOKENS);
  const [record] = await run<Omit<OrderSubject, "rootedAtMs"> & { rootedAt: Date }>(
    ctx.db,
    sql`SELECT t.id, t.family_id AS "familyId", t.session_uid AS "sessionUid", t.user_id AS "userId", t.client_id AS "clientId", t.scopes, t.groups,
        t.audiences, t.signing_kid AS "signingKid", t.rooted_at AS "rootedAt"
      FROM token t WHERE t.family_id = ${id}::uuid ORDER BY t.issued_at DESC, t.id DESC LIMIT 1`,
  );
  const others = tokens
    .filter((token) => token !== record?.id)
    .map((token): [string, string] => ["token", token]);
  if (record === undefined) return { targets: [["family", id], ...others], rootedAt: null };
  const { rootedAt, ...subject } = record;
  return { targets: [...targetsOf({ ...subject, rootedAtMs: rootedAt.getTime() }), ...others], rootedAt };
}

/** Orders upon it that have begun, newest first; of a family all that reach it. */
async function readOrders(ctx: Context, { kind, id }: Subject): Promise<OrderRecord[]> {
  if (kind === "address" || kind === "verifier" || !can(ctx, "order:read")) return [];
  const { targets, rootedAt }: Reached =
    kind === "family" ? await reachedOfFamily(ctx, id) : { targets: [[kind, id]], rootedAt: null };
  return run<OrderRecord>(
    ctx.db,
    sql`SELECT ${ORDER_COLUMNS} FROM unnest(${targets.map(([of]) => of)}::text[], ${targets.map(([, to]) => to)}::text[]) AS k(kind, id)
      JOIN revocation_order o ON o.target_kind = k.kind AND o.target_id = k.id
      WHERE o.verb <> 'cancel' AND greatest(o.effective_from, o.created_at) <= ${ctx.now}::timestamptz
        AND (o.verb = 'restore' OR o.cutoff IS NULL OR ${rootedAt}::timestamptz IS NULL OR o.cutoff >= ${rootedAt}::timestamptz)
        AND NOT EXISTS (SELECT FROM revocation_order c WHERE c.cancels_id = o.id)
      ORDER BY o.created_at DESC LIMIT ${MARKS_MAX}::int`,
  );
}

/** What an order did, and the end of a suspension that ended by itself. */
function marksOf(order: OrderRecord, { kind }: Subject, now: Date): LifelineMark[] {
  const isPart = kind === "family" && order.targetKind === "token";
  const href = `/orders/${order.id}`;
  const what = VERBS[order.verb as keyof typeof VERBS];
  const { expiresAt } = order;
  return [
    { at: heldFrom(order).toISOString(), what, isPart, href },
    ...(expiresAt !== null && expiresAt <= now
      ? [{ at: expiresAt.toISOString(), what: "restored" as const, isPart, href }]
      : []),
  ];
}

/** An order placed to hold at once holds from when it was placed. */
function heldFrom({ effectiveFrom, createdAt }: OrderRecord): Date {
  return effectiveFrom > createdAt ? effectiveFrom : createdAt;
}

/** The authorization of a family, and each time that a refresh token was exchanged. */
async function readGenerations(ctx: Context, { kind, id }: Subject): Promise<LifelineMark[]> {
  if (kind !== "family") return [];
  const rows = await run<{ at: Date; isRefresh: boolean }>(
    ctx.db,
    sql`(SELECT t.issued_at AS at, true AS "isRefresh" FROM token t WHERE t.family_id = ${id}::uuid AND t.kind = 'refresh' AND t.parent_id IS NOT NULL
          ORDER BY t.issued_at DESC LIMIT ${MARKS_MAX}::int)
        UNION ALL SELECT min(t.rooted_at), false FROM token t WHERE t.family_id = ${id}::uuid HAVING count(*) > 0`,
  );
  return rows.map(({ at, isRefresh }) => ({
    at: at.toISOString(),
    what: isRefresh ? "refreshed" : "issued",
    isPart: false,
    href: null,
  }));
}

/**
 * The order whose journey is shown: the newest upon it; of a family, which an order reaches for good, the one that it has been refused by since then, as by the suspension that a
 * revocation came upon. What was given back, and what ended by itself, is not held against it.
 */
function travellingOrder(orders: readonly OrderRecord[], { kind }: Subject, now: Date): OrderRecord | null {
  if (kind !== "family") return orders[0] ?? null;
  const whole = orders.filter(({ targetKind }) => targetKind !== "token");
  const upon = whole.length > 0 ? whole : orders;
  const restored = upon.findIndex(({ verb }) => verb === "restore");
  const since = restored === -1 ? upon : upon.slice(0, restored);
  return since.findLast(({ expiresAt }) => expiresAt === null || expiresAt > now) ?? null;
}

/** Until when what took it back may not have reached everybody. */
async function readPropagation(
  ctx: Context,
  subject: Subject,
  orders: readonly OrderRecord[],
): Promise<Lifeline["propagation"]> {
  const travelling = travellingOrder(orders, subject, ctx.now);
  if (travelling === null || travelling.verb === "restore" || !can(ctx, "verifier:read")) return null;
  const { order, everywhereAt, lastTokenAt, open } = await getOrderPropagation(ctx, travelling.id);
  const to = everywhereAt ?? lastTokenAt;
  if (open === 0 && to === null) return null;
  return { orderId: travelling.id, from: order.holdsFrom, to };
}

/** What happened to something in a time, and the window in which what took it back travelled. Authorise before: this does not. */
export async function readMarks(
  ctx: Context,
  subject: Subject,
  { from, to }: Span,
): Promise<Pick<Lifeline, "marks" | "isMarksCut" | "propagation">> {
  const [acts, orders, generations] = await Promise.all([
    readActs(ctx, subject),
    readOrders(ctx, subject),
    readGenerations(ctx, subject),
  ]);
  const marks = [...acts, ...generations, ...orders.flatMap((order) => marksOf(order, subject, ctx.now))]
    .filter(({ at }) => Date.parse(at) >= from.getTime() && Date.parse(at) <= to.getTime())
    .toSorted((one, other) => (one.at < other.at ? -1 : 1));
  const propagation = await readPropagation(ctx, subject, orders);
  return {
    marks: marks.slice(-MARKS_MAX),
    isMarksCut: marks.length > MARKS_MAX,
    propagation:
      propagation !== null &&
      Date.parse(propagation.from) >= from.getTime() &&
      Date.parse(propagation.from) < to.getTime()
        ? propagation
        : null,
  };
}
