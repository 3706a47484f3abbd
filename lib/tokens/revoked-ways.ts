import { lowestUuidv7, uuidv7Time } from "../ids.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import { type Branch, onLabel, onRegister } from "./branch.ts";
import type { Lead } from "./lead.ts";
import type { LabelFilter } from "./read-tally.ts";
import type { RevokedCells } from "./revoked-cells.ts";
import type { ClientSpan } from "./revoked-pieces.ts";
import { clientKey, type TallyParts } from "./tally-parts.ts";

const DAY_MS = 86_400_000;
const WEEK_MS = 7 * DAY_MS;
/** 1970 began on a Thursday, weeks begin on Mondays. */
const MONDAY_MS = 4 * DAY_MS;
/** What an entry costs, in looks at whether a token was revoked: of a label's index, of a client's, and of the revoked, each of which is looked up in the register. */
const [LABEL_COST, CLIENT_COST, STANDING_COST] = [1, 1.5, 4];
/** What a branch costs before it gives a row. */
const BRANCH_COST = 250;
/** More stretches of time than these are read as fewer, with what is between them. */
const [STRETCHES_MAX, CLIENT_STRETCHES_MAX] = [4, 16];

type Span = { from: number; to: number };

/** Spans that overlap, or have the least between them, put together until there are at most so many. */
export function mergedSpans(spans: readonly Span[], most: number): Span[] {
  const sorted = [...spans].sort((one, other) => one.from - other.from);
  const merged: Span[] = [];
  for (const { from, to } of sorted) {
    const before = merged.at(-1);
    if (before !== undefined && from <= before.to) before.to = Math.max(before.to, to);
    else merged.push({ from, to });
  }
  while (merged.length > most) {
    let least = 1;
    const gap = (index: number) => (merged[index] as Span).from - (merged[index - 1] as Span).to;
    for (let index = 2; index < merged.length; index += 1) if (gap(index) < gap(least)) least = index;
    const [closed] = merged.splice(least, 1);
    (merged[least - 1] as Span).to = (closed as Span).to;
  }
  return merged;
}

/** Entries of an index in a span, of what the tally says of each week. */
function entriesIn({ from, to }: Span, ofWeek: (week: number) => number): number {
  let entries = 0;
  for (let week = Math.floor((from - MONDAY_MS) / WEEK_MS) * WEEK_MS + MONDAY_MS; week < to; week += WEEK_MS)
    entries += (ofWeek(week) * (Math.min(to, week + WEEK_MS) - Math.max(from, week))) / WEEK_MS;
  return entries;
}

const windowOf = ({ from, to }: Span): Window => ({ from: new Date(from), to: new Date(to) });

/** A way to the revoked tokens of a window: what it costs to read whole, and its branches. `answers`: the condition that they fulfil. */
export type Way = { cost: number; width: number; answers: Fragment | null; branches: () => Branch[] };

/** Of which revocations a way is: of all, of those by wide orders, or of the others, which have an index of their own. */
type Which = "all" | "wide" | "apart";

/** Counted revocations, on a row of `token_standing`. */
function isCounted(standing: Fragment, which: Which, until: Date): Fragment {
  const isOf = { all: sql``, wide: sql` AND ${standing}.is_wide`, apart: sql` AND NOT ${standing}.is_wide` }[
    which
  ];
  return sql`${standing}.revoked_at IS NOT NULL${isOf} AND ${standing}.recorded_at < ${until}::timestamptz`;
}

/** Whose revocation is counted; found without the register, so that nothing else is looked up. LIMIT keeps the order that is written. */
const isRevoked = (id: Fragment, which: Which, until: Date) =>
  sql`CROSS JOIN LATERAL (SELECT FROM token_standing z WHERE z.token_id = ${id} AND ${isCounted(sql`z`, which, until)} LIMIT 1) z`;
const ITS_TOKEN = (issuedAt: Fragment, id: Fragment) =>
  sql`CROSS JOIN LATERAL (SELECT * FROM token x WHERE x.issued_at = ${issuedAt} AND x.id = ${id} LIMIT 1) t`;

export type RevokedWays = {
  revoked: RevokedCells;
  tally: TallyParts;
  labels: readonly { filter: LabelFilter; contained: Fragment }[];
  /** The condition on the clients that were named; null where none were. */
  ofClients: Fragment | null;
  /** Ways to the tokens of some users. */
  holders: readonly Lead[];
};

function labelWays(
  { revoked, tally, labels }: RevokedWays,
  spans: readonly ClientSpan[],
  which: Which,
): Way[] {
  const stretches = mergedSpans(spans, STRETCHES_MAX);
  return labels.map(({ filter: { facet, labels: names }, contained }, index) => {
    const ofWeeks = tally.ofLabels[index];
    const entries = stretches.reduce(
      (sum, stretch) => sum + entriesIn(stretch, (week) => ofWeeks?.get(week) ?? 0),
      0,
    );
    const [at, id] = [sql`l.issued_at`, sql`l.token_id`];
    return {
      cost: entries * LABEL_COST,
      width: stretches.length * names.length,
      answers: contained,
      branches: () =>
        stretches.flatMap((stretch) =>
          names.map((name, place) => {
            const { where } = onLabel(facet, name, names.slice(0, place));
            const found = sql`token_label l ${isRevoked(id, which, revoked.until)}`;
            return {
              from: sql`${found} ${ITS_TOKEN(at, id)}`,
              where: [...where, inWindow(at, windowOf(stretch))],
              issuedAt: at,
              id,
              isOrdered: true,
              countFrom: found,
            };
          }),
        ),
    };
  });
}

function clientWay(
  { revoked, tally, ofClients }: RevokedWays,
  spans: readonly ClientSpan[],
  which: Which,
): Way {
  const ofClient = new Map<string, Span[]>();
  for (const { clientId, from, to } of spans)
    ofClient.set(clientId, [...(ofClient.get(clientId) ?? []), { from, to }]);
  const each = Math.max(1, Math.floor(CLIENT_STRETCHES_MAX / Math.max(1, ofClient.size)));
  const stretches = [...ofClient].flatMap(([clientId, own]) =>
    mergedSpans(own, each).map((stretch) => ({ clientId, ...stretch })),
  );
  const entries = stretches.reduce(
    (sum, stretch) =>
      sum + entriesIn(stretch, (week) => tally.ofClients.get(clientKey(week, stretch.clientId)) ?? 0),
    0,
  );
  const [at, id] = [sql`y.issued_at`, sql`y.id`];
  return {
    cost: entries * CLIENT_COST,
    width: stretches.length,
    answers: ofClients,
    branches: () =>
      stretches.map((stretch) => {
        const found = sql`token y ${isRevoked(id, which, revoked.until)}`;
        return {
          from: sql`${found} ${ITS_TOKEN(at, id)}`,
          where: [sql`y.client_id = ${stretch.clientId}::uuid`, inWindow(at, windowOf(stretch))],
          issuedAt: at,
          id,
          isOrdered: true,
          countFrom: found,
        };
      }),
  };
}

/** By users, whose tokens nobody counts by the week: all of them are thought to be looked at. */
function holderWays({ revoked, holders }: RevokedWays, spans: readonly ClientSpan[], which: Which): Way[] {
  const stretches = mergedSpans(spans, STRETCHES_MAX);
  const [at, id] = [sql`y.issued_at`, sql`y.id`];
  const found = sql`token y ${isRevoked(id, which, revoked.until)}`;
  return holders.map(({ tokens, userIds = [], answers }) => ({
    cost: tokens * CLIENT_COST,
    width: userIds.length * stretches.length,
    answers,
    branches: () =>
      userIds.flatMap((userId) =>
        stretches.map((stretch) => ({
          from: sql`${found} ${ITS_TOKEN(at, id)}`,
          where: [sql`y.user_id = ${userId}::uuid`, inWindow(at, windowOf(stretch))],
          issuedAt: at,
          id,
          isOrdered: true,
          countFrom: found,
        })),
      ),
  }));
}

function standingWay({ revoked }: RevokedWays, spans: readonly ClientSpan[], which: Which): Way {
  const stretches = mergedSpans(spans, STRETCHES_MAX);
  const ofWeeks = which === "apart" ? revoked.apartOfWeeks : revoked.ofWeeks;
  const entries = stretches.reduce(
    (sum, stretch) => sum + entriesIn(stretch, (week) => ofWeeks.get(week) ?? 0),
    0,
  );
  return {
    cost: entries * STANDING_COST,
    width: stretches.length,
    answers: null,
    branches: () =>
      stretches.map(({ from, to }) =>
        onStanding([
          isCounted(sql`d`, which, revoked.until),
          sql`d.token_id >= ${lowestUuidv7(new Date(from))}::uuid AND d.token_id < ${lowestUuidv7(new Date(to))}::uuid`,
        ]),
      ),
  };
}

/** Revoked tokens in the order of their ids, which is that of issue. */
function onStanding(where: Fragment[]): Branch {
  const at = sql`uuid_extract_timestamp(d.token_id)`;
  return {
    from: sql`token_standing d ${ITS_TOKEN(at, sql`d.token_id`)}`,
    where,
    issuedAt: null,
    id: sql`d.token_id`,
    isOrdered: true,
  };
}

/** Every way to the counted revoked tokens of some spans: each has all of them that can match. */
export function waysOf(ways: RevokedWays, spans: readonly ClientSpan[], which: Which = "all"): Way[] {
  return [
    standingWay(ways, spans, which),
    clientWay(ways, spans, which),
    ...labelWays(ways, spans, which),
    ...holderWays(ways, spans, which),
  ];
}

const costOf = (way: Way) => way.cost + BRANCH_COST * way.width;
const bestOf = (ways: readonly Way[]) =>
  ways.reduce((one, other) => (costOf(other) < costOf(one) ? other : one));

/** A way's branches, with those of some conditions that they do not fulfil anyway. */
export function branchesOfWay({ answers, branches }: Way, conditions: readonly Fragment[]): Branch[] {
  const left = conditions.filter((condition) => condition !== answers);
  return branches().map(({ countFrom, ...branch }) => {
    const where = [...branch.where, ...left];
    // without the register where its index has all that is asked for
    return left.length === 0 && countFrom !== undefined
      ? { ...branch, where, countFrom }
      : { ...branch, where };
  });
}

/**
 * The counted revoked tokens of some spans, by what has the least to look at: all at once, or what wide orders revoked, which can only be among their targets,
 * and all others by their own index.
 */
export function branchesOfSpans(
  ways: RevokedWays,
  spans: readonly ClientSpan[],
  conditions: readonly Fragment[],
): Branch[] {
  if (spans.length === 0) return [];
  const { wideClients } = ways.revoked;
  const wide = wideClients === "any" ? spans : spans.filter(({ clientId }) => wideClients.has(clientId));
  const apart = standingWay(ways, spans, "apart");
  const [whole, parted] = [
    [bestOf(waysOf(ways, spans))],
    [apart, ...(wide.length > 0 ? [bestOf(waysOf(ways, wide, "wide"))] : [])],
  ];
  const sum = (some: readonly Way[]) => some.reduce((cost, way) => cost + costOf(way), 0);
  return (sum(parted) < sum(whole) ? parted : whole).flatMap((way) => branchesOfWay(way, conditions));
}

const isBetween = (at: number, { from, to }: Window) =>
  (from === null || at >= from.getTime()) && (to === null || at < to.getTime());

/** Revoked tokens that the counts do not tell of, of a time of issue: those issued since the tally, and those that were revoked since, by their ids. */
export function branchesSince(
  { revoked, tally }: RevokedWays,
  issued: Window,
  { fresh, conditions }: { fresh: readonly string[]; conditions: readonly Fragment[] },
): Branch[] {
  const from = issued.from !== null && issued.from > tally.until ? issued.from : tally.until;
  const isSince = issued.to === null || issued.to > from;
  const since = onStanding([
    isCounted(sql`d`, "all", revoked.until),
    sql`d.token_id >= ${lowestUuidv7(from)}::uuid`,
    ...(issued.to === null ? [] : [sql`d.token_id < ${lowestUuidv7(issued.to)}::uuid`]),
    ...conditions,
  ]);
  const ids = fresh.filter((id) => isBetween(uuidv7Time(id)?.getTime() ?? 0, issued));
  const freshly = {
    ...onRegister([...conditions], false),
    from: sql`unnest(${ids}::uuid[]) AS d(token_id) ${ITS_TOKEN(sql`uuid_extract_timestamp(d.token_id)`, sql`d.token_id`)}`,
  };
  return [...(isSince ? [since] : []), ...(ids.length > 0 ? [freshly] : [])];
}
