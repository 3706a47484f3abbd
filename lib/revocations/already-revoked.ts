import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { Among } from "../tokens/live-book.ts";
import type { FoundTarget } from "./find-target.ts";
import { inForceFromMs, type OrderSubject, type TargetKind } from "./model.ts";
import type { OrderRecord } from "./order-row.ts";
import { IS_CANCELLED, ORDER_COLUMNS } from "./order-row.ts";
import { readReachingOrders } from "./reaching-orders.ts";

// what all tokens of a family have in common: an order on one of these that reaches one reaches all
const OF_THE_FAMILY = new Set(["family", "session", "user", "client", "everything"]);

async function subjectOf(db: Sql, target: Pick<FoundTarget, "tokens">): Promise<OrderSubject | null> {
  const [row] = await run<Omit<OrderSubject, "rootedAtMs"> & { rootedAt: Date }>(
    db,
    sql`SELECT t.id, t.family_id AS "familyId", t.session_uid AS "sessionUid", t.user_id AS "userId", t.client_id AS "clientId", t.scopes,
        t.groups, t.audiences, t.signing_kid AS "signingKid", t.rooted_at AS "rootedAt" FROM token t WHERE ${target.tokens} LIMIT 1`,
  );
  if (row === undefined) return null;
  const { rootedAt, ...subject } = row;
  return { ...subject, rootedAtMs: rootedAt.getTime() };
}

/**
 * The order that has already ended a target for ever, or null where another would change something. A token and a family end once. Users,
 * clients and sessions can come to new tokens: their last order still holds where none was issued, and no sign-in made, after it.
 */
export async function findEndingOrder(
  db: Sql,
  target: Pick<FoundTarget, "id" | "tokens"> & { kind: TargetKind } & Partial<
      Pick<Among, "from" | "where" | "issuedAt">
    >,
  now: Date,
): Promise<OrderRecord | null> {
  if (target.kind === "token" || target.kind === "family") {
    const subject = await subjectOf(db, target);
    if (subject === null) return null;
    const orders = await readReachingOrders(db, subject);
    const isOnTarget = (order: OrderRecord) => target.kind === "token" || OF_THE_FAMILY.has(order.targetKind);
    return (
      orders.find(
        (order) =>
          order.verb === "revoke" &&
          order.standing !== "cancelled" &&
          inForceFromMs(order) <= now.getTime() &&
          isOnTarget(order),
      ) ?? null
    );
  }
  const [last] = await run<OrderRecord>(
    db,
    sql`SELECT ${ORDER_COLUMNS} FROM revocation_order o WHERE o.target_kind = ${target.kind} AND o.target_id = ${target.id}
      AND o.verb = 'revoke' AND (o.effective_from <= o.created_at OR o.effective_from <= ${now}::timestamptz) AND NOT ${IS_CANCELLED} ORDER BY o.position DESC LIMIT 1`,
  );
  if (last === undefined) return null;
  // a key signs no more tokens that could be good
  if (last.cutoff === null) return target.kind === "signing_key" ? last : null;
  const signIn =
    target.kind === "user"
      ? sql`EXISTS (SELECT FROM protocol_state p WHERE p.account_id = ${target.id} AND p.created_at > ${last.cutoff}::timestamptz)`
      : target.kind === "session"
        ? sql`EXISTS (SELECT FROM protocol_state p WHERE p.uid = ${target.id})`
        : sql`false`;
  const cutoff = sql`${last.cutoff}::timestamptz`;
  const { from = sql`token t`, where = target.tokens, issuedAt = sql`t.issued_at` } = target;
  const [since] = await run<{ any: boolean }>(
    db,
    sql`SELECT ${signIn} OR EXISTS (SELECT FROM ${from} WHERE ${where} AND ${issuedAt} > ${cutoff} AND t.issued_at > ${cutoff}
      AND t.rooted_at > ${cutoff}) AS "any"`,
  );
  return since?.any === false ? last : null;
}
