import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { NAMES_SHOWN, type Name, type OrderPlan } from "./model.ts";

/** The first that a plan names of each kind. */
export async function firstNames(db: Sql, planId: string): Promise<OrderPlan["named"]> {
  const of = (kind: string, name: Fragment, table: Fragment) =>
    run<Name>(
      db,
      sql`SELECT x.id, ${name} AS name FROM order_plan_name n CROSS JOIN LATERAL unnest(n.ids[1:${NAMES_SHOWN}::int]) AS i(id) JOIN ${table} x ON x.id = i.id
      WHERE n.plan_id = ${planId}::uuid AND n.kind = ${kind} ORDER BY 2`,
    );
  const [users, clients, verifiers] = await Promise.all([
    of("user", sql`x.email`, sql`user_account`),
    of("client", sql`x.client_id`, sql`client`),
    of("verifier", sql`x.name`, sql`verifier`),
  ]);
  return { users, clients, verifiers };
}
