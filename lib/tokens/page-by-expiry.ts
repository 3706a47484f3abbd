import type { Database } from "../db/database.ts";
import { type Keyset, orderBy, seek } from "../list-query/keyset.ts";
import { all, type Fragment, joined, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow } from "../list-query/time-window.ts";
import { withinTime } from "../list-query/within-time.ts";
import { type Branch, onRegister, T_ISSUED } from "./branch.ts";
import { readTimeMarks, type TimeMarks } from "./count-by-times.ts";
import { matching } from "./count-selection.ts";
import type { ExpiryWalk } from "./expiry-walk.ts";
import { countFew } from "./few-leads.ts";
import { sorted } from "./lead.ts";
import type { Place } from "./page-by-last-use.ts";
import { EXPIRY_BUCKET_SECONDS, expiryBucketOf, instantOf } from "./time-buckets.ts";
import type { TokenSelection } from "./token-selection.ts";

const WEEK_MS = 7 * 86_400_000;
/** Counts that are further behind tell too little. */
const BEHIND_MAX_MS = 86_400_000;
/** Tokens that are looked at first, at least and at most; each further time so many times as many. */
const [LOOKED_MIN, LOOKED_MAX, GROWTH] = [150, 20_000, 4];
/** As many as are expected to be enough, and half as many again. */
const SLACK = 1.5;
/** Cells that are read first. A bucket has fewer: a week and kind is in it once. */
const CELLS = 256;

/** What was issued in a week up to `until`, of the time that is asked for. */
function issuedIn({ issued }: ExpiryWalk, week: Date, until: Date): { from: Date; to: Date } {
  const end = earlier(until, new Date(week.getTime() + WEEK_MS));
  return { from: later(issued.from, week), to: earlier(issued.to, end) };
}

type Cell = { bucket: number; week: Date; kind: string; tokens: number };

/** Between which buckets the tokens of a week and kind end that can match. */
function spansOf(walk: ExpiryWalk): Map<string, { from: number; to: number }> {
  const spans = walk.weeks.flatMap(({ of, lives }) => {
    const { from, to } = issuedIn(walk, of, walk.until);
    if (from >= to) return [];
    return lives.map(({ kind, shortestSeconds, longestSeconds }): [string, { from: number; to: number }] => [
      `${of.getTime()} ${kind}`,
      {
        // lifetimes are counted in whole seconds, rounded up
        from: expiryBucketOf(new Date(from.getTime() + (shortestSeconds - 1) * 1_000)),
        to: expiryBucketOf(new Date(to.getTime() + longestSeconds * 1_000)),
      },
    ]);
  });
  return new Map(spans);
}

type Read = { cells: Cell[]; isAll: boolean; cutOff: number | null };

/** The next cells in the order of the list, of what can match; the last bucket may be cut off. */
async function readCells(
  db: Database,
  walk: ExpiryWalk,
  range: { from: number | null; to: number | null; isDown: boolean; limit: number },
): Promise<Read> {
  const spans = spansOf(walk);
  const outermost = {
    from: Math.max(range.from ?? 0, Math.min(...[...spans.values()].map((span) => span.from))),
    to: Math.min(
      range.to ?? Number.MAX_SAFE_INTEGER,
      Math.max(...[...spans.values()].map((span) => span.to + 1)),
    ),
  };
  if (spans.size === 0 || outermost.from >= outermost.to) return { cells: [], isAll: true, cutOff: null };
  // in the order of the index, so that no more is read than is asked for
  const rows = await run<{ bucket: bigint; week: Date; kind: string; tokens: bigint }>(
    db,
    sql`SELECT bucket, week, kind, tokens FROM token_time_tally
      WHERE facet = ${walk.facet} AND bucket >= ${outermost.from}::bigint AND bucket < ${outermost.to}::bigint
      ORDER BY ${range.isDown ? sql`bucket DESC` : sql`bucket`} LIMIT ${range.limit}::int`,
  );
  const cells = rows.map((row) => ({ ...row, bucket: Number(row.bucket), tokens: Number(row.tokens) }));
  const isAll = rows.length < range.limit;
  return {
    isAll,
    cutOff: isAll ? null : (cells.at(-1)?.bucket ?? null),
    cells: cells.filter(({ bucket, week, kind, tokens }) => {
      const span = spans.get(`${week.getTime()} ${kind}`);
      return span !== undefined && tokens > 0 && bucket >= span.from && bucket <= span.to;
    }),
  };
}

/** The first whole buckets with as many tokens as are wanted, and how far they reach. */
function enough({ cells, isAll, cutOff }: Read, wanted: number): { cells: Cell[]; edge: number | null } {
  let tokens = 0;
  const taken: Cell[] = [];
  for (const cell of cells) {
    const last = taken.at(-1)?.bucket;
    if (cell.bucket === cutOff || (tokens >= wanted && last !== undefined && cell.bucket !== last))
      return { cells: taken, edge: last ?? null };
    taken.push(cell);
    tokens += cell.tokens;
  }
  return { cells: taken, edge: isAll ? null : (taken.at(-1)?.bucket ?? null) };
}

/** The cells by their weeks. */
function byWeek(cells: readonly Cell[]): { week: Date; kinds: string[]; buckets: number[] }[] {
  const weeks = new Map<number, { week: Date; kinds: Set<string>; buckets: Set<number> }>();
  for (const { bucket, week, kind } of cells) {
    const known = weeks.get(week.getTime()) ?? { week, kinds: new Set<string>(), buckets: new Set<number>() };
    weeks.set(week.getTime(), known);
    known.kinds.add(kind);
    known.buckets.add(bucket);
  }
  return [...weeks.values()].map(({ week, kinds, buckets }) => ({
    week,
    kinds: [...kinds],
    buckets: [...buckets],
  }));
}

const later = (one: Date | null, other: Date) => (one !== null && one > other ? one : other);
const earlier = (one: Date | null, other: Date) => (one !== null && one < other ? one : other);

/** What was revoked or exchanged since it was counted: its rows are found by when they were written, and left out of the walk. */
function freshlyEnded(
  facet: ExpiryWalk["facet"],
  { ends }: TimeMarks,
): { table: Fragment; where: Fragment; isCounted: Fragment } | null {
  if (facet === "expires") return null;
  return facet === "revoked"
    ? {
        table: sql`token_standing d`,
        where: sql`d.revoked_at IS NOT NULL AND d.recorded_at >= ${ends}::timestamptz`,
        isCounted: sql`s.recorded_at < ${ends}::timestamptz`,
      }
    : {
        table: sql`refresh_consumption d`,
        where: sql`d.consumed_at >= ${ends}::timestamptz`,
        isCounted: sql`c.consumed_at < ${ends}::timestamptz`,
      };
}

/** The branches of a range of expiry: the register's weeks, what came since they were counted, what ended since. */
function branchesOf(
  walk: ExpiryWalk,
  marks: TimeMarks,
  cells: readonly Cell[],
  range: { from: number | null; to: number | null },
): Branch[] {
  const { issued } = walk;
  const until = earlier(marks.times, walk.until);
  const ended = freshlyEnded(walk.facet, marks);
  const isCounted = ended === null ? [] : [ended.isCounted];
  const window = (from: number | null, to: number | null) =>
    inWindow(sql`t.expires_at`, {
      from: from === null ? null : instantOf(from),
      to: to === null ? null : instantOf(to),
    });
  const whole = window(range.from, range.to);
  const ofWeeks = byWeek(cells).flatMap(({ week, kinds, buckets }) => {
    const time = issuedIn(walk, week, until);
    if (time.from >= time.to) return [];
    const isOfKind = kinds.length === 1 ? [sql`t.kind = ${kinds[0] as string}`] : [];
    if (ended === null) {
      const ends = window(Math.min(...buckets), Math.max(...buckets) + EXPIRY_BUCKET_SECONDS);
      return [onRegister([...isOfKind, ends, inWindow(T_ISSUED, time)])];
    }
    // in most buckets nobody's token was ended: they are left out
    const rows = sql`SELECT t.* FROM token t WHERE ${all([...isOfKind, inWindow(T_ISSUED, time)])} AND t.expires_at >= to_timestamp(b.at)
      AND t.expires_at < to_timestamp(b.at + ${EXPIRY_BUCKET_SECONDS}::int)`;
    return [
      {
        ...onRegister(isCounted, false),
        from: sql`unnest(${buckets}::bigint[]) AS b(at) CROSS JOIN LATERAL (${rows} OFFSET 0) t`,
      },
    ];
  });
  const tail = { from: later(issued.from, until), to: issued.to };
  const isTail = tail.to === null || tail.from < tail.to;
  const since = isTail ? [sorted(tail)].map((one) => ({ ...one, where: [whole, ...isCounted] })) : [];
  const freshly: Branch[] =
    ended === null
      ? []
      : [
          {
            ...onRegister([whole, inWindow(T_ISSUED, issued)], false),
            from: sql`(SELECT d.token_id FROM ${ended.table} WHERE ${ended.where} OFFSET 0) d
              CROSS JOIN LATERAL (SELECT * FROM token x WHERE x.issued_at = uuid_extract_timestamp(d.token_id) AND x.id = d.token_id LIMIT 1) t`,
          },
        ];
  return [...ofWeeks, ...since, ...freshly];
}

/**
 * The places of a page in the order of expiry. The counts by time tell in which weeks as many tokens as a page needs expire next, and between when: those
 * alone are read, and what is further only where that was not enough. `taken`: false where the counts tell too little, and the register is to be walked
 * without them. Null where it takes too long.
 */
export async function placesByExpiry(
  db: Database,
  selection: TokenSelection,
  walk: ExpiryWalk,
  { keyset, timeoutMs }: { keyset: Keyset; timeoutMs: number },
): Promise<{ taken: boolean; places: Place[] | null }> {
  const deadline = performance.now() + timeoutMs;
  const notTaken = { taken: false, places: null };
  const marks = await readTimeMarks(db);
  if (marks === null || walk.now.getTime() - marks.times.getTime() > BEHIND_MAX_MS) return notTaken;
  const ended = freshlyEnded(walk.facet, marks);
  if (ended !== null && (await countFew(db, ended.table, ended.where)) === null) return notTaken;

  const isDown = keyset.direction === "desc";
  const cursor = keyset.from === null ? null : expiryBucketOf(new Date(keyset.from.value));
  const bounds = {
    from: walk.expires.from === null ? null : expiryBucketOf(walk.expires.from),
    to: walk.expires.to === null ? null : expiryBucketOf(walk.expires.to) + EXPIRY_BUCKET_SECONDS,
  };
  const range = { ...bounds };
  if (cursor !== null && isDown)
    range.to = Math.min(range.to ?? Number.MAX_SAFE_INTEGER, cursor + EXPIRY_BUCKET_SECONDS);
  if (cursor !== null && !isDown) range.from = Math.max(range.from ?? 0, cursor);

  const places: Place[] = [];
  const least = walk.facet === "expires" ? LOOKED_MIN : 0;
  let wanted = Math.min(LOOKED_MAX, Math.max(least, (SLACK * keyset.limit) / walk.share));
  for (let limit = CELLS; ; limit *= GROWTH, wanted *= GROWTH) {
    const read = await readCells(db, walk, { ...range, isDown, limit });
    const { cells, edge } = enough(read, wanted);
    if (edge === null && !read.isAll) continue;
    const step = { ...range };
    if (edge !== null && isDown) step.from = edge;
    if (edge !== null && !isDown) step.to = edge + EXPIRY_BUCKET_SECONDS;
    const branches = branchesOf(walk, marks, cells, step);
    const left = deadline - performance.now();
    const rows =
      left <= 0
        ? null
        : await placesIn(db, { ...selection, ...walk }, branches, keyset, keyset.limit - places.length, left);
    if (rows === null) return { taken: true, places: null };
    places.push(...rows);
    if (edge === null || places.length >= keyset.limit) return { taken: true, places };
    if (isDown) range.to = step.from;
    else range.from = step.to;
  }
}

async function placesIn(
  db: Database,
  selection: TokenSelection,
  branches: readonly Branch[],
  keyset: Keyset,
  limit: number,
  timeoutMs: number,
): Promise<Place[] | null> {
  if (branches.length === 0) return [];
  const [column, id] = [sql`t.expires_at`, sql`t.id`];
  const beyond = seek(keyset, column, id);
  const parts = branches.map(
    (branch) => sql`(SELECT ${column} AS place, ${id} AS id ${matching(selection, branch, beyond)}
      ORDER BY ${orderBy(keyset, column, id)} LIMIT ${limit}::int)`,
  );
  return withinTime<Place>(
    db,
    sql`SELECT place, id FROM (${joined(parts, " UNION ALL ")}) AS found ORDER BY ${orderBy(keyset, sql`place`, sql`id`)} LIMIT ${limit}::int`,
    timeoutMs,
    "ordered",
  );
}
