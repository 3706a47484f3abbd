import type { Database } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { lowestUuidv7 } from "../ids.ts";
import { isWideNetwork } from "../list-query/address.ts";
import { all, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import { type Branch, onRegister, T_ISSUED } from "./branch.ts";
import { withoutEndedWeeks } from "./client-weeks.ts";
import { countryLead } from "./country-lead.ts";
import { type ExpiryWalk, expiryWalk } from "./expiry-walk.ts";
import { addressCondition, addressLead, expiryLead, SOME, usageLead, userLead } from "./few-leads.ts";
import { idleBranches } from "./idle-branches.ts";
import { intersections, revokedAmong } from "./intersect.ts";
import {
  bestOf,
  clientLead,
  expectedOf,
  expiredByIssue,
  fewClientsLead,
  isOfUse,
  type Lead,
  labelLead,
  registerByExpiry,
  registerLead,
  riskOf,
  stretchesOf,
  walkedFor,
  walkedOf,
} from "./lead.ts";
import { familyLead, searchLead, sessionLead } from "./narrow-branches.ts";
import { networkCondition, networkLead } from "./network-lead.ts";
import type { LeadByIssue } from "./page-by-lead.ts";
import { readTally, type Tally } from "./read-tally.ts";
import { type RevokedWalk, revokedWalk } from "./revoked-walk.ts";
import { fewSuspended, isAnyPending, stateBranches } from "./state-branches.ts";
import type { PendingOrders, StateSql } from "./state-sql.ts";
import type { TokensQuery } from "./table.ts";
import { timesCount } from "./times-count.ts";
import { type Filters, questionOf, type TokenQuestion } from "./token-question.ts";

export type TokenSelection = {
  /** Disjoint: no token is in two. None: nothing can match. */
  branches: Branch[];
  /** What every row must fulfil, on `token t`, `s` and `c` of STATE_JOINS and `us` of the usage. */
  conditions: Fragment[];
  /** Whether the conditions look at more than the register's own columns. */
  needsState: boolean;
  needsUsage: boolean;
  /** Whether indexes give each branch's rows in the order of the list. */
  isInOrder: boolean;
  /** Whether whole indexes are put together. */
  isOfSets: boolean;
  /** Whether the rows are too many to sort by last use, and are to be read from the counters of use. */
  isByUsage: boolean;
  /** The time of last use that is asked for. */
  used: Window;
  /** What the tally says, where it was asked and is of use. */
  tally: Tally | null;
  /** The time of issue that is asked for. */
  issued: Window;
  /** Whether labels, clients, kinds, formats and issue time are all that is asked for. */
  isAllTallied: boolean;
  /** The same way to the rows of another stretch of time. */
  branchesIn: (stretch: Window) => Branch[];
  /** The branches by time of issue, where that is the list's order. */
  byIssue: LeadByIssue | null;
  /** The same where the list is ordered by expiry, and there are many. */
  byLead: LeadByIssue | null;
  /** How the register is walked where that is the way, in the order of expiry. */
  walk: ExpiryWalk | null;
  /** How revoked tokens are read beside other filters, where the counts by client tell where they are. */
  revoked: RevokedWalk | null;
  /** Counts to the last one by the counts by time, where they tell it. */
  countByTimes: ((timeoutMs: number) => Promise<number | null>) | null;
};

export type SelectOptions = {
  now: Date;
  state: StateSql;
  pending: PendingOrders;
  sort: TokensQuery["sort"]["key"];
  /** Fewer are always read and sorted: what else is asked of them may be rare. */
  few?: number;
};

/** So many tokens can be read and sorted at once. */
const SORTED_MAX = SOME * 5;

/** So many are read and sorted at once. */
const FEW_TO_SORT = 1_000;

/** So many are few. */
const SORTED_MIN = 5_000;

/** How many tokens are read and sorted by expiry rather than found in the order of expiry among all others. */
function sortedMax(tally: Tally, expected: number): number {
  return Math.min(SORTED_MAX, Math.max(SORTED_MIN, walkedOf(tally, expected)));
}

/** Without a tally all are unknown; then labels and clients lead before the whole register. */
const UNKNOWN = Number.MAX_SAFE_INTEGER;

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

/** Rows of the narrow tables, about. */
async function sizeOf(db: Sql, table: "token_standing" | "refresh_consumption"): Promise<number> {
  const [row] = await db.query<{ rows: number }>(
    "SELECT greatest(reltuples, 0)::float8 AS rows FROM pg_class WHERE oid = $1::regclass",
    [table],
  );
  return row?.rows ?? 0;
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

/** Every way to the rows, the register itself first, and the conditions of those filters that have a way of their own. */
async function leadsOf(
  db: Database,
  filters: Filters,
  question: TokenQuestion,
  search: Awaited<ReturnType<typeof searchLead>> | null,
  tally: Tally | null,
  span: Window,
): Promise<{ leads: Lead[]; conditions: Fragment[]; others: number[] }> {
  const { labels, clients } = question;
  const leads: Lead[] = [registerLead(tally?.inRegister ?? UNKNOWN)];
  const conditions = labels.map(({ contained }) => contained);
  for (const [index, { filter, contained }] of labels.entries())
    leads.push(
      labelLead(filter, contained, tally === null ? UNKNOWN / 3 : (tally.ofLabels[index] as number)),
    );
  if (clients !== null) {
    leads.push(clientLead(clients.ids, clients.contained, tally?.ofClients ?? UNKNOWN / 4));
    conditions.push(clients.contained);
  } else if (tally !== null) {
    const few = fewClientsLead(tally);
    if (few !== null) leads.push(few);
  }
  const add = (lead: Lead | null, answers = lead?.answers ?? null) => {
    if (lead !== null) leads.push(lead);
    if (answers !== null) conditions.push(answers);
  };
  // in the tally it stands behind the labels
  if (question.country !== null)
    add(countryLead(question.country, tally?.ofLabels[labels.length] ?? UNKNOWN / 3));
  if (filters.family) add(familyLead(filters.family));
  if (filters.session) add(sessionLead(filters.session));
  const address = filters.ip ? addressCondition(filters.ip) : null;
  const network = filters.asn ? networkCondition(filters.asn) : null;
  const [byUser, byAddress, byNetwork, byExpiry, byUse] = await Promise.all([
    filters.user ? userLead(db, filters.user) : null,
    filters.ip && address ? addressLead(db, filters.ip, address) : null,
    filters.asn && network ? networkLead(db, filters.asn, network) : null,
    expiryLead(db, question.expires, span),
    usageLead(db, question.used),
  ]);
  add(byUser);
  if (search !== null) add(search.lead, search.answers);
  add(byAddress, address);
  add(byNetwork, network);
  add(byExpiry);
  add(byUse);
  const others = [byUser, search?.lead ?? null, byAddress, byNetwork, byExpiry, byUse].flatMap(
    (lead) => lead?.tokens ?? [],
  );
  return { leads, conditions, others };
}

/** Whether settled revocations alone are asked for, beside something else. */
function isOfRevoked({ state, ...others }: Filters, pending: PendingOrders): boolean {
  if (state?.length !== 1 || state[0] !== "revoked" || isAnyPending(pending)) return false;
  return Object.values(others).some((value) => value !== undefined);
}

/** Branches for a state, and the condition of another filter that they fulfil too. */
type StateLead = { branches: Branch[]; isFew: boolean; isOfSets: boolean; answers: Fragment | null };

/** Branches for a state that few tokens are in, where they are fewer than those of the lead. */
async function leadByState(
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
