import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { lowestUuidv7 } from "../ids.ts";
import { all, type Fragment, sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import type { Branch } from "./branch.ts";
import { SOME } from "./few-leads.ts";
import { idleBranches } from "./idle-branches.ts";
import { revokedAmong } from "./intersect.ts";
import { type Lead, walkedFor } from "./lead.ts";
import { fewSuspended, isAnyPending, stateBranches } from "./state-branches.ts";
import type { Filters } from "./token-question.ts";
import type { SelectOptions } from "./token-selection.ts";

/** So many tokens can be read and sorted at once. */
export const SORTED_MAX = SOME * 5;

/** So many are few. */
export const SORTED_MIN = 5_000;

/** Rows of the narrow tables, about. */
async function sizeOf(db: Sql, table: "token_standing" | "refresh_consumption"): Promise<number> {
  const [row] = await db.query<{ rows: number }>(
    "SELECT greatest(reltuples, 0)::float8 AS rows FROM pg_class WHERE oid = $1::regclass",
    [table],
  );
  return row?.rows ?? 0;
}

/** Branches for a state, and the condition of another filter that they fulfil too. */
type StateLead = { branches: Branch[]; isFew: boolean; isOfSets: boolean; answers: Fragment | null };

/** Branches for a state that few tokens are in, where they are fewer than those of the lead. */
export async function leadByState(
  db: Database,
  filters: Filters,
  { leads, lead, expected, span }: { leads: readonly Lead[]; lead: Lead; expected: number; span: Window },
  { pending, now, sort, few = SORTED_MIN }: SelectOptions,
): Promise<StateLead | null> {
  const states = filters.state ?? [];
  const bounded = (branches: Branch[], isFew: boolean): StateLead => ({
    isFew,
    branches: branches.map((branch) => ({ ...branch, where: [...branch.where, issuedIn(branch, span)] })),
    isOfSets: false,
    answers: null,
  });
  if (states[0] === "suspended" && lead.tokens > few) {
    const suspended = await fewSuspended(db, states, pending, now);
    if (suspended !== null) return bounded(suspended, true);
  }
  const branches = stateBranches(states, pending, now);
  if (branches === null) return null;
  if (states[0] === "consumed" && filters.neverUsed && lead.tokens > few) {
    const idle = await idleBranches(db, branches[0] as Branch);
    if (idle !== null) return bounded(idle, true);
  }
  const size = await sizeOf(db, states[0] === "consumed" ? "refresh_consumption" : "token_standing");
  if (sort !== "issued" && size > SORTED_MAX) return null;
  if (sort === "issued" && states[0] === "revoked" && !isAnyPending(pending)) {
    const share = expected / Math.max(1, leads[0]?.tokens ?? 1);
    // between what it is where filters are independent, and where nothing is both
    const most = Math.min(lead.tokens, size);
    const cost = Math.sqrt(most * Math.min(most, walkedFor(share)));
    const together = revokedAmong(leads, { revoked: size, cost, span });
    if (together !== null)
      return { branches: [together.branch], isFew: false, isOfSets: true, answers: together.answers };
  }
  return size < lead.tokens ? bounded(branches, false) : null;
}

/** The branch's rows that were issued in a time; where an id is all that it has, by the id. */
function issuedIn({ issuedAt, id }: Branch, { from, to }: Window): Fragment {
  if (issuedAt !== null) return inWindow(issuedAt, { from, to });
  return all([
    ...(from === null ? [] : [sql`${id} >= ${lowestUuidv7(from)}::uuid`]),
    ...(to === null ? [] : [sql`${id} < ${lowestUuidv7(to)}::uuid`]),
  ]);
}
