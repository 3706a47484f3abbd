import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { IS_CANCELLED } from "../revocations/order-row.ts";
import type { EndingOrder } from "./explain-model.ts";

type OrderToCome = { id: string; targetKind: string; targetName: string; effectiveFrom: Date };

const COLUMNS = sql`o.id, o.target_kind AS "targetKind", o.target_name AS "targetName", o.effective_from AS "effectiveFrom"`;

function isToCome(now: Date): Fragment {
  return sql`o.verb = 'revoke' AND o.effective_from > o.created_at AND o.effective_from > ${now}::timestamptz AND NOT ${IS_CANCELLED}`;
}

export function endingOrder(order: OrderToCome): EndingOrder {
  return {
    orderId: order.id,
    at: order.effectiveFrom.toISOString(),
    target: `${order.targetKind.replaceAll("_", " ")} ${order.targetName}`.trim(),
  };
}

/** The first order to come that revokes a registered token. `isOfMany`: leaves out those upon single tokens, which what it gives would outlive. */
export async function findOrderToCome(
  db: Sql,
  tokenId: string,
  now: Date,
  isOfMany: boolean,
): Promise<OrderToCome | null> {
  const [order] = await run<OrderToCome>(
    db,
    sql`SELECT ${COLUMNS} FROM revocation_order o JOIN token t ON t.issued_at = uuid_extract_timestamp(${tokenId}::uuid) AND t.id = ${tokenId}::uuid
      WHERE ${isToCome(now)} AND order_reaches(o, t) ${isOfMany ? sql`AND o.target_kind NOT IN ('token', 'selection')` : sql``}
      ORDER BY o.effective_from, o.id LIMIT 1`,
  );
  return order ?? null;
}

/** What a token that is issued now would carry. */
export type Coming = {
  userId: string | null;
  clientId: string;
  audiences: readonly string[];
  groups: readonly string[];
  permissions: readonly string[];
};

/** The first order to come that would revoke what is issued now: its cutoff is its instant. */
export async function findOrderUponNew(db: Sql, coming: Coming, now: Date): Promise<OrderToCome | null> {
  const [order] = await run<OrderToCome>(
    db,
    sql`SELECT ${COLUMNS} FROM revocation_order o WHERE ${isToCome(now)} AND CASE o.target_kind WHEN 'everything' THEN true
        WHEN 'client' THEN o.target_id = ${coming.clientId} WHEN 'user' THEN o.target_id = ${coming.userId ?? ""}
        WHEN 'audience' THEN o.target_id = ANY (${coming.audiences}::text[]) WHEN 'group' THEN o.target_id = ANY (${coming.groups}::text[])
        WHEN 'permission' THEN o.target_id = ANY (${coming.permissions}::text[]) ELSE false END
      ORDER BY o.effective_from, o.id LIMIT 1`,
  );
  return order ?? null;
}
