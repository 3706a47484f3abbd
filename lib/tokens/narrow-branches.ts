import type { Sql } from "../db/sql.ts";
import type { FilterValues } from "../list-query/define-table.ts";
import { all, type Fragment, sql } from "../list-query/sql-fragment.ts";
import { type Branch, onRegister } from "./branch.ts";
import { findUsers, searchBranches } from "./search-branches.ts";
import type { tokensTable } from "./table.ts";

type Filters = FilterValues<typeof tokensTable>;

/** The filters that name few tokens by themselves, by an index of their own: the first leads, the others are conditions. Null where none is there. */
export async function narrowBranches(
  db: Sql,
  filters: Filters,
): Promise<{ branches: Branch[] | null; rest: Fragment[] }> {
  let branches: Branch[] | null = null;
  const rest: Fragment[] = [];
  const lead = (led: Branch[], otherwise: Fragment) => {
    if (branches === null) branches = led;
    else rest.push(otherwise);
  };
  if (filters.family) {
    const only = sql`t.family_id = ${filters.family}::uuid`;
    lead([onRegister([only], false)], only);
  }
  if (filters.session) {
    const only = sql`t.session_uid = ${filters.session}`;
    const families = sql`t.family_id IN (SELECT f.id FROM token_family f WHERE f.session_uid = ${filters.session})`;
    lead([onRegister([families, only], false)], only);
  }
  if (filters.user) {
    const ids = await findUsers(db, filters.user);
    lead(
      ids.map((id) => onRegister([sql`t.user_id = ${id}::uuid`])),
      sql`t.user_id = ANY (${ids}::uuid[])`,
    );
  }
  if (filters.q) {
    const found = await searchBranches(db, filters.q);
    const either = found.map((branch) => all(branch.where));
    lead(found, either.length === 0 ? sql`false` : anyOf(either));
  }
  return { branches, rest };
}

function anyOf(conditions: readonly Fragment[]): Fragment {
  return conditions.reduce((before, one) => sql`(${before}) OR (${one})`);
}
