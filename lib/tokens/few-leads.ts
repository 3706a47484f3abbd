import type { Sql } from "../db/sql.ts";
import { all, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import { onRegister, T_ISSUED } from "./branch.ts";
import type { Lead } from "./lead.ts";
import { findUsers } from "./search-branches.ts";

/** Rows are counted up to here to see whether they are few. */
const FEW = 5_000;
/** More than that, and still not too many to be read and sorted. */
export const SOME = 20_000;

/** Counts rows up to `most`; null where there are more. */
export async function countFew(db: Sql, from: Fragment, where: Fragment, most = FEW): Promise<number | null> {
  const [row] = await run<{ count: bigint }>(
    db,
    sql`SELECT count(*) AS count FROM (SELECT FROM ${from} WHERE ${where} LIMIT ${most + 1}::int) AS found`,
  );
  const count = Number(row?.count ?? 0);
  return count > most ? null : count;
}

/** How many rows there are about, as the database's own statistics say; never fewer than those that were counted. */
export async function estimateRows(db: Sql, from: Fragment, where: Fragment, atLeast = FEW): Promise<number> {
  const [row] = await run<{ "QUERY PLAN": [{ Plan: { "Plan Rows": number } }] }>(
    db,
    sql`EXPLAIN (FORMAT JSON) SELECT FROM ${from} WHERE ${where}`,
  );
  return Math.max(atLeast, row?.["QUERY PLAN"][0].Plan["Plan Rows"] ?? 0);
}

/** The condition on the address that a token was issued to. A network is a stretch of addresses: all in it, from the network's own to the last. */
export function addressCondition(address: string): Fragment {
  if (!address.includes("/")) return sql`address_of(t.ip) = ${address}::inet`;
  const bits = address.includes(":") ? 128 : 32;
  return sql`address_of(t.ip) BETWEEN network(${address}::inet) AND set_masklen(broadcast(${address}::inet), ${bits}::int)`;
}

/** The way to the tokens of an address or a small network; null for a network of many. */
export async function addressLead(db: Sql, address: string, answers: Fragment): Promise<Lead | null> {
  const count = await countFew(db, sql`token t`, answers);
  const isOne = !address.includes("/");
  if (count === null && !isOne) return null;
  const tokens = count ?? (await estimateRows(db, sql`token t`, answers));
  return {
    tokens,
    entries: tokens,
    width: 1,
    isOrdered: isOne,
    answers,
    branches: (stretch) => [onRegister([answers, inWindow(T_ISSUED, stretch)], isOne)],
  };
}

/** The way to the tokens of some users. */
export async function userLead(db: Sql, values: readonly string[]): Promise<Lead> {
  const ids = await findUsers(db, values);
  const answers = sql`t.user_id = ANY (${ids}::uuid[])`;
  const count = await countFew(db, sql`token t`, answers);
  const tokens = count ?? (await estimateRows(db, sql`token t`, answers));
  return {
    tokens,
    entries: tokens,
    isIndexed: true,
    userIds: ids,
    width: ids.length,
    isOrdered: true,
    answers,
    branches: (stretch) =>
      ids.map((id) => onRegister([sql`t.user_id = ${id}::uuid`, inWindow(T_ISSUED, stretch)])),
  };
}

/** The way to the tokens that expire in a time, where they are few; of those issued in another. */
export async function expiryLead(db: Sql, expires: Window, issued: Window): Promise<Lead | null> {
  if (expires.from === null && expires.to === null) return null;
  const within = inWindow(sql`t.expires_at`, expires);
  const count = await countFew(db, sql`token t`, all([within, inWindow(T_ISSUED, issued)]));
  if (count === null) return null;
  return {
    tokens: count,
    entries: count,
    width: 1,
    isOrdered: false,
    answers: null,
    branches: (stretch) => [onRegister([within, inWindow(T_ISSUED, stretch)], false)],
  };
}

/** The way to the tokens that were used last in a time, where they are few. */
export async function usageLead(db: Sql, used: Window): Promise<Lead | null> {
  if (used.from === null) return null;
  const within = inWindow(sql`v.last_used_at`, used);
  const count = await countFew(db, sql`token_usage v`, within);
  if (count === null) return null;
  return {
    tokens: count,
    entries: count,
    width: 1,
    isOrdered: false,
    answers: null,
    branches: (stretch) => [
      {
        ...onRegister([within, inWindow(T_ISSUED, stretch)], false),
        from: sql`token_usage v CROSS JOIN LATERAL (SELECT * FROM token x WHERE x.issued_at = uuid_extract_timestamp(v.token_id)
          AND x.id = v.token_id LIMIT 1) t`,
      },
    ],
  };
}
