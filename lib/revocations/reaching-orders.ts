import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { inForceFromMs, type Order, type OrderSubject, type TargetKind, withSelections } from "./model.ts";
import { ORDER_COLUMNS, type OrderRecord } from "./order-row.ts";

/** Every target that an order can name to reach a token. */
function targetsOf(token: OrderSubject): [TargetKind, string][] {
  const targets: [TargetKind, string][] = [
    ["token", token.id],
    ["family", token.familyId],
    ["client", token.clientId],
    ["everything", "*"],
  ];
  if (token.sessionUid !== null) targets.push(["session", token.sessionUid]);
  if (token.userId !== null) targets.push(["user", token.userId]);
  if (token.signingKid !== null) targets.push(["signing_key", token.signingKid]);
  for (const scope of token.scopes) targets.push(["permission", scope]);
  for (const group of token.groups) targets.push(["group", group]);
  for (const audience of token.audiences) targets.push(["audience", audience]);
  return targets;
}

/**
 * The orders that reach a token, in the order they were placed; in force or not yet, with those that restore or call off others. Each target
 * is one look-up in an index.
 */
export async function readReachingOrders(db: Sql, token: OrderSubject): Promise<OrderRecord[]> {
  const selections = await run<{ id: string }>(
    db,
    sql`SELECT selection_id AS id FROM selection_token WHERE token_id = ${token.id}::uuid`,
  );
  const targets = targetsOf(token);
  for (const { id } of selections) targets.push(["selection", id]);
  return run<OrderRecord>(
    db,
    sql`SELECT ${ORDER_COLUMNS} FROM unnest(${targets.map(([kind]) => kind)}::text[], ${targets.map(([, id]) => id)}::text[]) AS k(kind, id)
      JOIN revocation_order o ON o.target_kind = k.kind AND o.target_id = k.id
      WHERE o.verb IN ('restore', 'cancel') OR o.cutoff IS NULL OR o.cutoff >= ${new Date(token.rootedAtMs)}::timestamptz
      ORDER BY o.position`,
  );
}

/** The token as the pure model takes it beside the orders that were read for it. */
export function subjectUnder(token: OrderSubject, records: readonly OrderRecord[]): OrderSubject {
  const selections = records.filter((record) => record.targetKind === "selection");
  return withSelections(
    token,
    selections.map((record) => record.targetId),
  );
}

/** An order as the pure model takes it. */
export function orderOf(record: OrderRecord): Order {
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
    cancelsId: record.cancelsId,
  };
}
