import { negationKey } from "../list-query/negations.ts";
import { containing, type Fragment, sql, trusted } from "../list-query/sql-fragment.ts";
import { inWindow, timeWindow } from "../list-query/time-window.ts";
import { ADMINS, type AuditEntriesQuery } from "./table.ts";

const COLUMNS = {
  act: "act",
  outcome: "outcome",
  actor: "actor_id",
  target: "target_kind",
  targetId: "target_id",
  ip: "ip",
} as const;
const COLUMN_FILTERS = Object.keys(COLUMNS) as (keyof typeof COLUMNS)[];

function actedBy(kinds: readonly string[]): Fragment {
  if (kinds.includes("anyone")) return sql`true`;
  // in the words of the index that has these alone
  if (kinds.every((kind) => ADMINS.some((one) => one === kind)))
    return sql`e.actor_kind IN ('admin', 'api_token') AND e.actor_kind = ANY (${kinds}::text[])`;
  return sql`e.actor_kind = ANY (${kinds}::text[])`;
}

/** What a query's filters mean on `audit_entry e`. What is left out leaves acts in that have no value at all. */
export function entryConditions(filters: AuditEntriesQuery["filters"], now: Date): Fragment[] {
  const conditions: Fragment[] = [];
  if (filters.q) {
    const pattern = containing(filters.q);
    conditions.push(
      sql`e.actor_name ILIKE ${pattern} OR e.target_name ILIKE ${pattern} OR e.note ILIKE ${pattern} OR e.act ILIKE ${pattern}`,
    );
  }
  if (filters.at) conditions.push(inWindow(sql`e.at`, timeWindow(filters.at, "back", now)));
  if (filters.by) conditions.push(actedBy(filters.by));
  if (filters.notBy) conditions.push(sql`NOT (${actedBy(filters.notBy)})`);
  for (const filter of COLUMN_FILTERS) {
    const column = trusted(`e.${COLUMNS[filter]}`);
    const [wanted, unwanted] = [filters[filter], filters[negationKey(filter)]];
    if (typeof wanted === "string") conditions.push(sql`${column} = ${wanted}`);
    else if (wanted !== undefined) conditions.push(sql`${column} = ANY (${wanted}::text[])`);
    if (unwanted !== undefined) conditions.push(sql`(${column} = ANY (${unwanted}::text[])) IS NOT TRUE`);
  }
  return conditions;
}
