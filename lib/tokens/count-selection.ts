import type { Database } from "../db/database.ts";
import type { Total } from "../list-query/define-table.ts";
import { all, type Fragment, joined, sql } from "../list-query/sql-fragment.ts";
import type { Window } from "../list-query/time-window.ts";
import { type Lead as PlannerLead, withinTime } from "../list-query/within-time.ts";
import type { Branch } from "./branch.ts";
import { issueWindows } from "./issue-windows.ts";
import type { Tally } from "./read-tally.ts";
import { STATE_JOINS } from "./state-sql.ts";
import type { TokenSelection } from "./token-selection.ts";

/** Rows that a total which the tally does not know is counted up to, while a page is read. */
export const TOKENS_COUNT_MAX = 10_000;
const WEEK_MS = 7 * 86_400_000;

// LIMIT keeps the planner from beginning with the usage, of which it thinks that little is asked for
const LOOKED_UP_USAGE = sql`LEFT JOIN LATERAL (SELECT * FROM token_usage u WHERE u.token_id = t.id LIMIT 1) us ON true`;
const JOINED_USAGE = sql`LEFT JOIN token_usage us ON us.token_id = t.id`;

/** The rows of a branch that fulfil all conditions, as FROM … WHERE. `isAll`: to be read to the last, so that tables may be joined whole. */
export function matching(
  selection: TokenSelection,
  branch: Branch,
  also: Fragment | null,
  isAll = false,
): Fragment {
  const state = selection.needsState ? STATE_JOINS : sql``;
  const usage = !selection.needsUsage ? sql`` : isAll ? JOINED_USAGE : LOOKED_UP_USAGE;
  const where = all([...branch.where, ...selection.conditions, ...(also === null ? [] : [also])]);
  return sql`FROM ${branch.from} ${state} ${usage} WHERE ${where}`;
}

function rowsOf(selection: TokenSelection, branches: readonly Branch[], max: number | null): Fragment {
  const limit = max === null ? sql`` : sql`LIMIT ${max + 1}::int`;
  const parts = branches.map((branch) => {
    const isBare = selection.conditions.length === 0 && branch.countFrom !== undefined;
    const rows = isBare
      ? sql`FROM ${branch.countFrom as Fragment} WHERE ${all(branch.where)}`
      : matching(selection, branch, null, max === null);
    return sql`(SELECT 1 ${rows} ${limit})`;
  });
  return sql`SELECT 1 FROM (${joined(parts, " UNION ALL ")}) AS found ${limit}`;
}

async function countRows(
  db: Database,
  rows: Fragment,
  timeoutMs: number,
  lead: PlannerLead,
): Promise<number | null> {
  const counted = await withinTime<{ count: bigint }>(
    db,
    sql`SELECT count(*) AS count FROM (${rows}) AS counted`,
    timeoutMs,
    lead,
  );
  return counted === null ? null : Number(counted[0]?.count ?? 0);
}

/** The tokens that the tally has counted in weeks that lie whole in the time asked for, and the stretches that are left to be counted. */
function tallied(tally: Tally, issued: Window): { whole: number; left: Window[] } {
  const { from, to } = issued;
  const left: Window[] = [];
  let whole = 0;
  for (const { of, tokens } of tally.weeks) {
    const end = new Date(Math.min(of.getTime() + WEEK_MS, tally.until.getTime()));
    if ((from === null || of >= from) && (to === null || end <= to)) whole += tokens;
    else left.push({ from: from === null || of > from ? of : from, to: to === null || end < to ? end : to });
  }
  left.push({ from: from !== null && from > tally.until ? from : tally.until, to });
  return { whole, left: left.filter((one) => one.to === null || (one.from as Date) < one.to) };
}

/** The total of what the tally knows alone: whole weeks added up, the rest counted. */
async function countTallied(
  db: Database,
  selection: TokenSelection,
  tally: Tally,
  timeoutMs: number,
): Promise<Total> {
  const { whole, left } = tallied(tally, selection.issued);
  const branches = left.flatMap((stretch) => selection.branchesIn(stretch));
  const rest =
    branches.length === 0
      ? 0
      : await countRows(
          db,
          rowsOf(selection, branches, null),
          timeoutMs,
          selection.isOfSets ? "sets" : "free",
        );
  return rest === null ? { value: whole, isExact: false } : { value: whole + rest, isExact: true };
}

/** Counts up to one more than TOKENS_COUNT_MAX, in the list's order where it has one: the newest weeks are often enough. */
async function countSome(db: Database, selection: TokenSelection, timeoutMs: number): Promise<number | null> {
  const lead = selection.isOfSets ? "sets" : "lookups";
  if (selection.byIssue === null)
    return countRows(db, rowsOf(selection, selection.branches, TOKENS_COUNT_MAX), timeoutMs, lead);
  const { stretches, tally, expected, branchesIn } = selection.byIssue;
  const windows = issueWindows(
    stretches,
    { tally, expected, wanted: TOKENS_COUNT_MAX },
    { isDown: true, past: null },
  );
  const deadline = performance.now() + timeoutMs;
  let sum = 0;
  for (const window of windows) {
    const left = deadline - performance.now();
    const rows = rowsOf(selection, window.flatMap(branchesIn), TOKENS_COUNT_MAX - sum);
    const count = left < 1 ? null : await countRows(db, rows, left, lead);
    if (count === null) return null;
    sum += count;
    if (sum > TOKENS_COUNT_MAX) break;
  }
  return sum;
}

/**
 * How many tokens match, as far as that is known within `timeoutMs`: exact where the tally knows it and up to TOKENS_COUNT_MAX, else "at least".
 */
export async function countAtOnce(
  db: Database,
  selection: TokenSelection,
  { atLeast, timeoutMs }: { atLeast: () => number; timeoutMs: number },
): Promise<Total> {
  if (selection.branches.length === 0) return { value: 0, isExact: true };
  if (selection.tally !== null && selection.isAllTallied) {
    const total = await countTallied(db, selection, selection.tally, timeoutMs);
    return total.isExact || total.value >= atLeast() ? total : { value: atLeast(), isExact: false };
  }
  const known = (await selection.countByTimes?.(timeoutMs)) ?? null;
  if (known !== null) return { value: known, isExact: true };
  const count = await countSome(db, selection, timeoutMs);
  if (count === null) return { value: atLeast(), isExact: false };
  return count > TOKENS_COUNT_MAX
    ? { value: TOKENS_COUNT_MAX, isExact: false }
    : { value: count, isExact: true };
}

/** How many tokens match, to the last one, or null where that takes longer than `timeoutMs`. */
export async function countAll(
  db: Database,
  selection: TokenSelection,
  timeoutMs: number,
): Promise<number | null> {
  if (selection.branches.length === 0) return 0;
  if (selection.tally !== null && selection.isAllTallied) {
    const total = await countTallied(db, selection, selection.tally, timeoutMs);
    return total.isExact ? total.value : null;
  }
  const known = (await selection.countByTimes?.(timeoutMs)) ?? null;
  if (known !== null) return known;
  return countRows(
    db,
    rowsOf(selection, selection.branches, null),
    timeoutMs,
    selection.isOfSets ? "sets" : "free",
  );
}
