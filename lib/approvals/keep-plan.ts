import type { Sql } from "../db/sql.ts";
import type { BindingPlan } from "./pass.ts";

const TABLES = { order: "order_plan", lifetimes: "lifetime_plan" } as const;

/** Lets a plan hold for as long as the act that is bound to it may wait. */
export async function keepPlan(tx: Sql, { kind, id }: BindingPlan, until: Date): Promise<void> {
  await tx.query(
    `UPDATE ${TABLES[kind]} SET expires_at = greatest(expires_at, $2::timestamptz) WHERE id = $1::uuid AND used_at IS NULL`,
    [id, until],
  );
}
