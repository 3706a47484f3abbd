import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { isWideNetwork } from "../list-query/address.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import { onRegister, T_ISSUED } from "./branch.ts";
import { withoutEndedWeeks } from "./client-weeks.ts";
import { expiryWalk } from "./expiry-walk.ts";
import { SOME } from "./few-leads.ts";
import { intersections } from "./intersect.ts";
import {
  bestOf,
  expectedOf,
  expiredByIssue,
  isOfUse,
  type Lead,
  registerByExpiry,
  riskOf,
  stretchesOf,
  walkedOf,
} from "./lead.ts";
import { leadByState, SORTED_MAX, SORTED_MIN } from "./lead-by-state.ts";
import { leadsOf } from "./leads-of.ts";
import { searchLead } from "./narrow-branches.ts";
import { readTally, type Tally } from "./read-tally.ts";
import { revokedWalk } from "./revoked-walk.ts";
import { isAnyPending } from "./state-branches.ts";
import type { PendingOrders } from "./state-sql.ts";
import { timesCount } from "./times-count.ts";
import { type Filters, questionOf, type TokenQuestion } from "./token-question.ts";
import type { SelectOptions, TokenSelection } from "./token-selection.ts";

/** So many are read and sorted at once. */
const FEW_TO_SORT = 1_000;

/** How many tokens are read and sorted by expiry rather than found in the order of expiry among all others. */
function sortedMax(tally: Tally, expected: number): number {
  return Math.min(SORTED_MAX, Math.max(SORTED_MIN, walkedOf(tally, expected)));
}

/** What the tally knows to the last one. */
const TALLIED: ReadonlySet<string> = new Set([
  "client",
  "kind",
  "format",
  "permission",
  "group",
  "role",
  "audience",
  "country",
  "key",
  "issued",
]);

/** Whether the tally knows to the last one how many tokens pass a filter. */
function isTallied(filter: string, filters: Filters): boolean {
  return TALLIED.has(filter) || (filter === "ip" && filters.ip !== undefined && isWideNetwork(filters.ip));
}

const WEEK_MS = 7 * 86_400_000;

/**
 * The instant after which no token carries a label that is asked for, where it went out of use before this week; null where it did not. The tally knows the
 * week alone, and the rest of it would be walked past.
 */
async function lastIssued(db: Sql, { labels }: TokenQuestion, { weeks, until }: Tally): Promise<Date | null> {
  const week = weeks.at(-1)?.of;
  if (week === undefined || week.getTime() + WEEK_MS >= until.getTime()) return null;
  let last: Date | null = null;
  for (const { filter } of labels) {
    const [row] = await run<{ at: Date | null }>(
      db,
      sql`SELECT max(n.at) AS at FROM unnest(${filter.labels}::text[]) AS w(label) CROSS JOIN LATERAL (SELECT l.issued_at AS at FROM token_label l
        WHERE l.kind = ${filter.facet} AND l.label = w.label AND l.issued_at >= ${week}::timestamptz ORDER BY l.issued_at DESC LIMIT 1) n`,
    );
    last = earliest(last, new Date((row?.at ?? week).getTime() + 1));
  }
  return last;
}

const earliest = (one: Date | null, other: Date | null) =>
  one === null || (other !== null && other < one) ? other : one;

/** Whether settled revocations alone are asked for, beside something else. */
function isOfRevoked({ state, ...others }: Filters, pending: PendingOrders): boolean {
  if (state?.length !== 1 || state[0] !== "revoked" || isAnyPending(pending)) return false;
  return Object.values(others).some((value) => value !== undefined);
}

/** All of some stretches at once. */
function spanOf(stretches: readonly Window[]): Window {
  return { from: stretches[0]?.from ?? null, to: stretches.at(-1)?.to ?? null };
}

/**
 * What a query's filters mean on the register: conditions on each row, and the way to the rows that has the fewest to look at. Only a list that is
 * ordered by issue time may take many rows in the order of the narrow tables.
 */
export async function selectTokens(
  db: Database,
  filters: Filters,
  options: SelectOptions,
): Promise<TokenSelection> {
  const { now, state, sort } = options;
  const text = filters.q ? await searchLead(db, filters.q) : null;
  const ofClients = text?.ofClients ?? null;
  // text in the names of clients alone is clients that are named
  const search = ofClients === null ? text : null;
  const question = await questionOf(db, filters, { now, text });
  const tallied = await readTally(db, question.tally);
  const ended = { clientIds: question.tally.clientIds, states: filters.state ?? [] };
  const tally = isOfUse(tallied, now) ? await withoutEndedWeeks(db, tallied, ended) : null;
  const stretches =
    tally === null
      ? [question.tally.issued]
      : stretchesOf(
          tally,
          question.tally,
          earliest(question.issuedBefore, await lastIssued(db, question, tally)),
        );
  const span = spanOf(stretches);
  const { leads, conditions: answerable, others } = await leadsOf(db, filters, question, search, tally, span);
  const expected = tally === null ? 1 : expectedOf(tally, others);
  const least = bestOf(leads, expected, sort === "issued");
  const isMoreAsked = question.conditions.length > 0 || filters.state !== undefined || others.length > 1;
  const together =
    tally !== null && sort === "issued" ? intersections(leads, isMoreAsked ? expected : 0) : [];
  const best = together.reduce(
    (one, other) => (other.tokens < (one.isOfSets ? one.tokens : riskOf(one, expected)) ? other : one),
    least,
  );
  // of many, the register's own index gives the first in its order
  const most = sort === "expires" && tally !== null ? sortedMax(tally, expected) : SORTED_MAX;
  const lead = sort === "issued" || best.tokens <= most ? best : (leads[0] as Lead);

  const states = filters.state ?? [];
  const ofUsed = sort === "lastUsed" ? [sql`us.last_used_at IS NOT NULL`] : [];
  const walked =
    tally === null || !isOfRevoked(filters, options.pending) || best.tokens <= (options.few ?? SORTED_MIN)
      ? null
      : await revokedWalk(db, question, {
          conditions: [...question.conditions, ...answerable, ...ofUsed],
          issued: span,
          share: Math.min(1, expected / Math.max(1, tally.expected)),
          order: sort === "expires" ? sort : "issued",
          holders: leads.filter((one) => one.userIds !== undefined),
        });
  // in the order of last use all are read and sorted
  const revoked = sort === "lastUsed" && walked !== null && walked.expected > SOME ? null : walked;
  const byState =
    sort === "lastUsed" || revoked !== null
      ? null
      : await leadByState(db, filters, { leads, lead, expected, span }, options);
  const isLed = byState !== null;
  const ofState =
    states.length === 0 ? [] : [sql`${state.state} = ANY (${states}::text[])`, ...question.implied];
  const conditions = [
    ...question.conditions,
    ...ofUsed,
    ...answerable.filter((condition) =>
      byState !== null
        ? condition !== byState.answers
        : condition !== lead.answers && !lead.answersToo?.includes(condition),
    ),
    ...(isLed ? [] : ofState),
  ];
  const isLedByRegister = byState === null && lead === leads[0];
  const isOfMany = byState?.isFew !== true && best.tokens > (options.few ?? SORTED_MIN);
  const walk =
    tally === null || sort !== "expires"
      ? null
      : expiryWalk(
          { states, question, tally, span, expected, isLedByRegister, isOfMany },
          { others: [...question.conditions, ...answerable], ofState },
          options,
        );
  const selection = {
    conditions,
    needsState: states.length > 0 && !isLed,
    needsUsage: sort === "lastUsed" || filters.lastUsed !== undefined || filters.neverUsed !== undefined,
    isByUsage: false,
    isInOrder: false,
    isOfSets: byState !== null ? byState.isOfSets : lead.isOfSets === true,
    used: question.used,
    tally,
    issued: question.issued,
    isAllTallied: false,
    branchesIn: lead.branches,
    byIssue: null,
    byLead: null,
    walk,
    revoked,
    countByTimes: tally === null ? null : timesCount(db, filters, question, tally, options),
  };
  if (revoked !== null)
    return {
      ...selection,
      conditions: [],
      needsState: false,
      isInOrder: sort === "issued",
      isOfSets: false,
      branches: revoked.all,
      walk: null,
    };
  if (byState !== null) {
    const { branches } = byState;
    return { ...selection, branches, isInOrder: sort === "issued" && branches.every((one) => one.isOrdered) };
  }
  if (sort === "lastUsed" && best.tokens > SORTED_MAX)
    return {
      ...selection,
      conditions: [...conditions, inWindow(T_ISSUED, span)],
      isByUsage: true,
      branches: [onRegister([], false)],
    };
  const asked = Object.keys(filters).filter((key) => filters[key as keyof Filters] !== undefined);
  const isAhead = states.length === 1 && states[0] === "not_yet_valid";
  const isByExpiry = sort === "expires" && lead === leads[0] && !isAhead;
  const isOfExpired =
    sort === "issued" && lead === leads[0] && states.length === 1 && states[0] === "expired";
  const branchesIn = (stretch: Window) => {
    if (tally !== null && isByExpiry)
      return registerByExpiry(tally, stretch, filters.longLived !== undefined);
    return (
      (tally !== null && isOfExpired ? expiredByIssue(tally, stretch, now) : null) ?? lead.branches(stretch)
    );
  };
  const branches = stretches.flatMap(branchesIn);
  const areOrdered = branches.every((branch) => branch.isOrdered);
  const isByIssue = sort === "issued" && areOrdered;
  const byTime = tally === null || !areOrdered ? null : { stretches, tally, expected, branchesIn };
  return {
    ...selection,
    branches,
    branchesIn,
    byIssue: isByIssue ? byTime : null,
    byLead: sort === "expires" && !isByExpiry && lead.tokens > (options.few ?? FEW_TO_SORT) ? byTime : null,
    isInOrder: isByExpiry || isByIssue,
    isAllTallied:
      tally?.isExact === true &&
      asked.every((key) => (key === "q" && ofClients !== null) || isTallied(key, filters)),
  };
}
