import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import { type Branch, onLabel, onRegister, T_ISSUED } from "./branch.ts";
import type { LabelFilter, Lives, Tally, TallyQuestion } from "./read-tally.ts";

const WEEK_MS = 7 * 86_400_000;
/** A tally that is further behind tells too little: the worker has yet to count. */
export const TALLY_BEHIND_MAX_MS = 86_400_000;
/** More stretches of time than these are read as one. */
const STRETCHES_MAX = 4;
/** What was issued in so short a time is read and sorted. */
const SHORT_MS = 1_800_000;
/** Clients that are read one by one although nobody named them. */
const CLIENTS_MAX = 10;

export function isOfUse(tally: Tally, now: Date): boolean {
  return now.getTime() - tally.until.getTime() < TALLY_BEHIND_MAX_MS;
}

const later = (one: Date | null, other: Date | null) =>
  one === null || (other !== null && other > one) ? other : one;
const earlier = (one: Date | null, other: Date | null) =>
  one === null || (other !== null && other < one) ? other : one;

/**
 * The stretches of issue time in which tokens can match, oldest first: the weeks that the tally names, and everything since it was counted.
 */
export function stretchesOf(tally: Tally, question: TallyQuestion, issuedBefore: Date | null): Window[] {
  const { expiresAfter, issued } = question;
  const oldest =
    expiresAfter === null ? null : new Date(expiresAfter.getTime() - tally.longestSeconds * 1000);
  const bounds = { from: later(issued.from, oldest), to: earlier(issued.to, issuedBefore) };
  const stretches: { from: Date; to: Date | null }[] = [];
  for (const { of } of tally.weeks) {
    const end = new Date(Math.min(of.getTime() + WEEK_MS, tally.until.getTime()));
    const from = later(of, bounds.from) as Date;
    const to = earlier(end, bounds.to) as Date;
    if (from >= to) continue;
    const before = stretches.at(-1);
    if (before?.to?.getTime() === from.getTime()) before.to = to;
    else stretches.push({ from, to });
  }
  const tail = { from: later(tally.until, issued.from) as Date, to: bounds.to };
  if (tail.to === null || tail.from < tail.to) {
    const before = stretches.at(-1);
    if (before?.to?.getTime() === tail.from.getTime()) before.to = tail.to;
    else stretches.push(tail);
  }
  const [first, last] = [stretches[0], stretches.at(-1)];
  return stretches.length > STRETCHES_MAX && first && last ? [{ from: first.from, to: last.to }] : stretches;
}

/** A way to the rows: how many there are to look at, and by which branches. `answers` is the condition that the branches fulfil. */
export type Lead = {
  tokens: number;
  /** How many branches there are for a stretch of time. */
  width: number;
  /** Whether they give the rows in the order of issue, so that the first page needs few of them. */
  isOrdered: boolean;
  branches: (stretch: Window) => Branch[];
  answers: Fragment | null;
  /** The label that each of the rows carries, and nothing else: the index of labels alone tells them. */
  label?: { facet: string; name: string };
  /** The users whose tokens the rows are, and nothing else. */
  userIds?: readonly string[];
  /** Whether an index tells the ids of all rows that fulfil `answers`. */
  isIndexed?: boolean;
  /** Entries of that index, or of the label. */
  entries: number;
  /** Whether whole indexes are put together, for which the planner is led otherwise. */
  isOfSets?: boolean;
  /** More conditions that the branches fulfil. */
  answersToo?: readonly Fragment[];
};

function within(branch: Branch, stretch: Window): Branch {
  if (stretch.from === null && stretch.to === null) return branch;
  return { ...branch, where: [...branch.where, inWindow(branch.issuedAt ?? T_ISSUED, stretch)] };
}

export function labelLead({ facet, labels }: LabelFilter, answers: Fragment, entries: number): Lead {
  const [name] = labels;
  return {
    // a label costs a look into the register for each row
    tokens: entries * 1.5,
    entries,
    ...(labels.length === 1 && name !== undefined ? { label: { facet, name } } : {}),
    width: labels.length,
    isOrdered: true,
    answers,
    branches: (stretch) =>
      labels.map((label, index) => within(onLabel(facet, label, labels.slice(0, index)), stretch)),
  };
}

export function clientLead(ids: readonly string[], answers: Fragment | null, tokens: number): Lead {
  return {
    tokens,
    entries: tokens,
    isIndexed: answers !== null,
    width: ids.length,
    isOrdered: true,
    answers,
    branches: (stretch) => ids.map((id) => within(onRegister([sql`t.client_id = ${id}::uuid`]), stretch)),
  };
}

export function registerLead(tokens: number): Lead {
  return {
    tokens,
    entries: tokens,
    width: 1,
    isOrdered: true,
    answers: null,
    branches: (stretch) => [within(onRegister([]), stretch)],
  };
}

/** Rows of a page, and four times as many for what is not as even as that. */
const LOOKED_AT = 200;
/** What a branch costs before it gives a row, in rows: the database thinks about each partition's indexes. */
const BRANCH_COST = 150;

/** About how many rows are looked at before a page is full, where so many match. */
function costOf({ tokens, width, isOrdered }: Lead, expected: number): number {
  const looked = isOrdered ? Math.min(tokens, (LOOKED_AT * tokens) / Math.max(1, expected)) : tokens;
  return looked + BRANCH_COST * width;
}

/** Between what a lead costs where filters are independent, and what it costs where nothing fulfils them together. */
export function riskOf(lead: Lead, expected: number): number {
  return Math.sqrt(costOf(lead, expected) * (lead.tokens + BRANCH_COST * lead.width));
}

/**
 * About how many tokens match: what the tally says, and of that the share that each other way has of all, as if one had nothing to do with
 * another.
 */
export function expectedOf(tally: Tally, others: readonly number[]): number {
  const all = Math.max(1, tally.inRegister);
  return others.reduce((expected, tokens) => expected * Math.min(1, tokens / all), tally.expected);
}

/** About how many rows are looked at before a page is full, where such a share of them matches. */
export function walkedFor(share: number): number {
  return LOOKED_AT / Math.max(share, Number.EPSILON);
}

/** The same of the register in its own order. */
export function walkedOf({ inRegister }: Tally, expected: number): number {
  return walkedFor(Math.max(1, expected) / Math.max(1, inRegister));
}

/** The lead with the least to look at. In another order than that of issue all of its rows are read and sorted. */
export function bestOf(leads: readonly Lead[], expected: number, byIssue: boolean): Lead {
  const cost = (lead: Lead) => (byIssue ? costOf(lead, expected) : lead.tokens);
  return leads.reduce((one, other) => (cost(other) < cost(one) ? other : one));
}

/** When the tokens of a stretch of time expire that can match: each kind for itself, or all kinds at once. */
function expiriesOf(
  lives: readonly Lives[],
  { from, to }: { from: Date; to: Date },
  isByKind: boolean,
): Fragment[][] {
  const between = (some: readonly Lives[]) => {
    // lifetimes are counted in whole seconds, rounded up
    const shortest = Math.min(...some.map((one) => one.shortestSeconds)) - 1;
    const longest = Math.max(...some.map((one) => one.longestSeconds));
    return sql`t.expires_at >= ${new Date(from.getTime() + shortest * 1000)}::timestamptz
      AND t.expires_at <= ${new Date(to.getTime() + longest * 1000)}::timestamptz`;
  };
  return isByKind || lives.length === 1
    ? lives.map((one) => [sql`t.kind = ${one.kind}`, between([one])])
    : [[between(lives)]];
}

/**
 * The register in the order of expiry, week by week: of what the tally knows only from when the first to when the last that can match ends. Merged as one,
 * each week would be walked to its first match past all that lives longer. Refresh tokens have an index of their own.
 */
export function registerByExpiry(tally: Tally, stretch: Window, isByKind: boolean): Branch[] {
  const { until, weeks } = tally;
  const past = weeks.flatMap(({ of, lives }) => {
    const from = later(of, stretch.from) as Date;
    const to = earlier(new Date(Math.min(of.getTime() + WEEK_MS, until.getTime())), stretch.to) as Date;
    if (from >= to) return [];
    if (to.getTime() - from.getTime() <= SHORT_MS) return [sorted({ from, to })];
    return expiriesOf(lives, { from, to }, isByKind).map((where) => within(onRegister(where), { from, to }));
  });
  const tail = { from: later(stretch.from, until), to: stretch.to };
  return [...past, ...(tail.to === null || (tail.from as Date) < tail.to ? [sorted(tail)] : [])];
}

/** The few tokens of a short time or since the tally, found by their issue whatever the order: OFFSET keeps the planner from walking a week in that order. */
export function sorted(stretch: Window): Branch {
  return {
    ...onRegister([], false),
    from: sql`(SELECT * FROM token x WHERE ${inWindow(sql`x.issued_at`, stretch)} OFFSET 0) t`,
  };
}

/**
 * The register in the order of issue where only what has expired by an instant is asked for, of refresh tokens alone: of the newest, which live on for the
 * most part, those are found by their expiry and sorted. Null where other kinds can match.
 */
export function expiredByIssue(tally: Tally, stretch: Window, expiredBy: Date): Branch[] | null {
  const areRefresh = tally.weeks.every(({ lives }) => lives.every(({ kind }) => kind === "refresh"));
  if (!areRefresh || !Number.isFinite(tally.soonestSeconds)) return null;
  const sparse = new Date(expiredBy.getTime() - tally.soonestSeconds * 1000);
  const recent = { from: later(sparse, stretch.from) as Date, to: earlier(stretch.to, tally.until) as Date };
  const before = { from: stretch.from, to: earlier(stretch.to, sparse) };
  const since = { from: later(stretch.from, tally.until) as Date, to: stretch.to };
  const isAny = ({ from, to }: Window) => from === null || to === null || from < to;
  const isExpired = sql`x.kind = 'refresh' AND x.expires_at <= ${expiredBy}::timestamptz`;
  return [
    ...(isAny(before) ? [within(onRegister([]), before)] : []),
    ...(isAny(recent)
      ? [
          {
            ...onRegister([]),
            from: sql`(SELECT * FROM token x WHERE ${isExpired} AND ${inWindow(sql`x.issued_at`, recent)} OFFSET 0) t`,
          },
        ]
      : []),
    ...(isAny(since) ? [within(onRegister([]), since)] : []),
  ];
}

/** Leads by clients that nobody named: those that the tally leaves, where they are few. Tokens since the tally may be of any. */
export function fewClientsLead(tally: Tally): Lead | null {
  if (tally.clients.length > CLIENTS_MAX) return null;
  const lead = clientLead(
    tally.clients.map(({ of }) => of),
    null,
    tally.ofClients,
  );
  const { until } = tally;
  return {
    ...lead,
    branches: (stretch) => {
      const past = { from: stretch.from, to: earlier(stretch.to, until) };
      const tail = { from: later(stretch.from, until), to: stretch.to };
      const isPast = past.from === null || past.to === null || past.from < past.to;
      const isTail = tail.to === null || (tail.from as Date) < tail.to;
      return [...(isPast ? lead.branches(past) : []), ...(isTail ? [within(onRegister([]), tail)] : [])];
    },
  };
}
