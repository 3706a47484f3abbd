import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { tokensOfTarget } from "./order-tokens.ts";
import type { OrderTarget } from "./place-order.ts";
import { type Holder, holderName, targetName } from "./target-name.ts";

/** More than a clock's jump can leave behind; what is beyond it waits for a second order. */
const MAX_FAMILIES = 1_000;

/**
 * Families of some targets of one kind that are on record and rooted after a cutoff: issued while a clock was ahead, so that the cutoff does not reach them
 * though they were there before it. Nearly always none, at the cost of one probe of the target's index.
 */
export async function findFamiliesRootedLater(
  tx: Sql,
  targets: readonly OrderTarget[],
  cutoff: Date,
): Promise<OrderTarget[]> {
  const [first] = targets;
  if (first === undefined) return [];
  // several at once are always users: the members of a group
  const { from, where } =
    targets.length === 1
      ? tokensOfTarget(first.kind, first.id)
      : {
          from: sql`token t`,
          where: sql`t.user_id = ANY (${targets.map((target) => target.id)}::uuid[])`,
        };
  const rows = await run<Holder & { id: string }>(
    tx,
    sql`SELECT f.id, f.user_id AS "userId", u.email, f.client_id AS "clientUuid", c.client_id AS "clientId"
      FROM (SELECT DISTINCT t.family_id AS id, t.user_id, t.client_id FROM ${from} WHERE ${where} AND t.issued_at > ${cutoff}::timestamptz
        AND t.rooted_at > ${cutoff}::timestamptz LIMIT ${MAX_FAMILIES}::int) f
      LEFT JOIN user_account u ON u.id = f.user_id LEFT JOIN client c ON c.id = f.client_id`,
  );
  return rows.map((row) => ({
    kind: "family",
    id: row.id,
    name: targetName("family", row.id, holderName(row)),
  }));
}
