import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow } from "../list-query/time-window.ts";
import { onRegister, T_ISSUED } from "./branch.ts";
import type { Lead } from "./lead.ts";

/** Tokens of an address are counted up to here. */
const FEW = 5_000;

/** The condition on the address that a token was issued to, and whether it names one address alone. */
export function addressCondition(address: string): { only: Fragment; isOne: boolean } {
  const isOne = !address.includes("/");
  const only = isOne
    ? sql`address_of(t.ip) = ${address}::inet`
    : sql`address_of(t.ip) <<= network(${address}::inet)`;
  return { only, isOne };
}

/** The way to the tokens of an address or a small network; null for a network of many. */
export async function addressLead(db: Sql, address: string): Promise<Lead | null> {
  const { only, isOne } = addressCondition(address);
  const [row] = await run<{ count: bigint }>(
    db,
    sql`SELECT count(*) AS count FROM (SELECT FROM token t WHERE ${only} LIMIT ${FEW + 1}::int) AS found`,
  );
  const count = Number(row?.count ?? 0);
  if (count > FEW && !isOne) return null;
  return {
    tokens: count > FEW ? FEW * 20 : count,
    width: 1,
    answers: only,
    branches: (stretch) => [onRegister([only, inWindow(T_ISSUED, stretch)], isOne)],
  };
}
