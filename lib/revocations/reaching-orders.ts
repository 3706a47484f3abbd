import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { type OrderSubject, withSelections } from "./model.ts";
import { ORDER_COLUMNS, type OrderRecord } from "./order-row.ts";
import { targetsOf } from "./targets-of.ts";

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
