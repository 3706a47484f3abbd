import type { Sql } from "../db/sql.ts";
import { all, type Fragment, sql } from "../list-query/sql-fragment.ts";
import { inWindow } from "../list-query/time-window.ts";
import { onRegister, T_ISSUED } from "./branch.ts";
import { countFew, estimateRows } from "./few-leads.ts";
import type { Lead } from "./lead.ts";
import { searchBranches } from "./search-branches.ts";

/** Nothing is fewer: it need not be compared. */
const FEWEST = 0;

function anyOf(conditions: readonly Fragment[]): Fragment {
  return conditions.length === 0
    ? sql`false`
    : conditions.reduce((before, one) => sql`(${before}) OR (${one})`);
}

/** The way to the tokens of one authorization. */
export function familyLead(familyId: string): Lead {
  const answers = sql`t.family_id = ${familyId}::uuid`;
  return {
    tokens: FEWEST,
    entries: FEWEST,
    width: 1,
    isOrdered: false,
    answers,
    branches: (stretch) => [onRegister([answers, inWindow(T_ISSUED, stretch)], false)],
  };
}

/** The way to the tokens of one session. */
export function sessionLead(uid: string): Lead {
  const answers = sql`t.session_uid = ${uid}`;
  const families = sql`t.family_id IN (SELECT f.id FROM token_family f WHERE f.session_uid = ${uid})`;
  return {
    tokens: FEWEST,
    entries: FEWEST,
    width: 1,
    isOrdered: false,
    answers,
    branches: (stretch) => [onRegister([families, answers, inWindow(T_ISSUED, stretch)], false)],
  };
}

/** What free text asks for: a condition, the way to it, and what it is of. */
export type SearchLead = {
  answers: Fragment;
  lead: Lead | null;
  isOfUsers: boolean;
  /** The clients that it means, and nothing else: like those that are named. */
  ofClients: readonly string[] | null;
  /** The clients that it means beside many users. */
  ofClientsOrUsers: readonly string[] | null;
};

/** The way to what free text means; where that is much, or clients, a condition alone. */
export async function searchLead(db: Sql, text: string): Promise<SearchLead> {
  const {
    branches,
    isBroad,
    isOne,
    isOfUsers,
    ofClients = null,
    ofClientsOrUsers = null,
    userIds,
  } = await searchBranches(db, text);
  const answers = anyOf(branches.map((branch) => all(branch.where)));
  if (isBroad || ofClients !== null) return { answers, lead: null, isOfUsers, ofClients, ofClientsOrUsers };
  const count = isOne ? FEWEST : await countFew(db, sql`token t`, answers);
  const tokens = count ?? (await estimateRows(db, sql`token t`, answers));
  return {
    answers,
    isOfUsers,
    ofClients,
    ofClientsOrUsers,
    lead: {
      tokens,
      entries: tokens,
      isIndexed: isOfUsers && !isOne && branches.every((branch) => branch.isOrdered),
      ...(userIds === undefined ? {} : { userIds }),
      width: branches.length,
      isOrdered: branches.every((branch) => branch.isOrdered),
      answers,
      branches: (stretch) =>
        branches.map((branch) => ({ ...branch, where: [...branch.where, inWindow(T_ISSUED, stretch)] })),
    },
  };
}
