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
import type { TokenSelection } from "./token-filters.ts";

const WEEK_MS = 7 * 86_400_000;
/** Counts that are further behind tell too little. */
const BEHIND_MAX_MS = 86_400_000;
/** Tokens that are looked at first, at least and at most; each further time so many times as many. */
const [LOOKED_MIN, LOOKED_MAX, GROWTH] = [150, 20_000, 4];
/** As many as are expected to be enough, and half as many again. */
const SLACK = 1.5;
/** Cells that are read first. A bucket has fewer: a week and kind is in it once. */
const CELLS = 256;
/** A gap of so many buckets in which nothing can match is walked; more stretches of a week than these are walked as one. */
const [GAP, RUNS_MAX] = [3, 24];

type Cell = { bucket: number; week: Date; kind: string; tokens: number };

/** The cells in the order of the list, from a bucket on, of what can match. */
async function readCells(
  db: Database,
  walk: ExpiryWalk,
  range: { from: number | null; to: number | null; isDown: boolean; limit: number },
): Promise<Cell[]> {
  const cells = walk.weeks.flatMap(({ of, lives }) =>
    lives.map(({ kind, shortestSeconds, longestSeconds }) => ({
      week: of,
      kind,
      // lifetimes are counted in whole seconds, rounded up
      from: expiryBucketOf(new Date(of.getTime() + (shortestSeconds - 1) * 1_000)),
      to: expiryBucketOf(new Date(of.getTime() + WEEK_MS + longestSeconds * 1_000)),
    })),
  );
  const bounds = all([
    ...(range.from === null ? [] : [sql`y.bucket >= ${range.from}::bigint`]),
    ...(range.to === null ? [] : [sql`y.bucket < ${range.to}::bigint`]),
  ]);
  const rows = await run<{ bucket: bigint; week: Date; kind: string; tokens: bigint }>(
    db,
    sql`SELECT y.bucket, y.week, y.kind, y.tokens FROM token_time_tally y
      JOIN unnest(${cells.map(({ week }) => week)}::timestamptz[], ${cells.map(({ kind }) => kind)}::text[], ${cells.map(({ from }) => from)}::bigint[],
        ${cells.map(({ to }) => to)}::bigint[]) AS w(week, kind, lowest, highest)
        ON w.week = y.week AND w.kind = y.kind AND y.bucket BETWEEN w.lowest AND w.highest
      WHERE y.facet = ${walk.facet} AND y.tokens > 0 AND ${bounds}
      ORDER BY ${range.isDown ? sql`y.bucket DESC` : sql`y.bucket`} LIMIT ${range.limit}::int`,
  );
  return rows.map((row) => ({ ...row, bucket: Number(row.bucket), tokens: Number(row.tokens) }));
}

/** The first whole buckets with as many tokens as are wanted. */
function enough(cells: readonly Cell[], isAll: boolean, wanted: number): { cells: Cell[]; isLast: boolean } {
  // the last bucket may have been cut off
  const cutOff = isAll ? null : (cells.at(-1)?.bucket ?? null);
  let tokens = 0;
  let last: number | null = null;
  const taken: Cell[] = [];
  for (const cell of cells) {
    if (cell.bucket === cutOff || (tokens >= wanted && cell.bucket !== last))
      return { cells: taken, isLast: false };
    taken.push(cell);
    last = cell.bucket;
    tokens += cell.tokens;
  }
  return { cells: taken, isLast: true };
}

type Stretch = { week: Date; kinds: Set<string>; from: number; to: number };

/** The stretches of expiry to walk, week by week. */
function stretchesOf(cells: readonly Cell[], facet: ExpiryWalk["facet"]): Stretch[] {
  const join = (gap: number) => {
    const byWeek = new Map<number, Stretch[]>();
    for (const { bucket, week, kind } of cells.toSorted((one, other) => one.bucket - other.bucket)) {
      const stretches = byWeek.get(week.getTime()) ?? [];
      byWeek.set(week.getTime(), stretches);
      const before = stretches.at(-1);
      const to = bucket + EXPIRY_BUCKET_SECONDS;
      if (before !== undefined && bucket - before.to <= gap * EXPIRY_BUCKET_SECONDS) {
        before.to = to;
        before.kinds.add(kind);
      } else stretches.push({ week, kinds: new Set([kind]), from: bucket, to });
    }
    return [...byWeek.values()].flat();
  };
  const stretches = join(facet === "expires" ? Number.POSITIVE_INFINITY : GAP);
  return stretches.length > RUNS_MAX ? join(Number.POSITIVE_INFINITY) : stretches;
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
  const ofWeeks = stretchesOf(cells, walk.facet).flatMap(({ week, kinds, from, to }) => {
    const time = {
      from: later(issued.from, week),
      to: earlier(earlier(issued.to, until), new Date(week.getTime() + WEEK_MS)),
    };
    if (time.from >= time.to) return [];
    const [kind, ...others] = kinds;
    const isOfKind = others.length === 0 ? [sql`t.kind = ${kind as string}`] : [];
    return [onRegister([...isOfKind, window(from, to), inWindow(T_ISSUED, time), ...isCounted])];
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
  let wanted = Math.min(LOOKED_MAX, Math.max(LOOKED_MIN, (SLACK * keyset.limit) / walk.share));
  for (let limit = CELLS; ; limit *= GROWTH, wanted *= GROWTH) {
    const read = await readCells(db, walk, { ...range, isDown, limit });
    const { cells, isLast } = enough(read, read.length < limit, wanted);
    const edge = cells.at(-1)?.bucket;
    if (edge === undefined && !isLast) continue;
    const step = { ...range };
    if (!isLast && edge !== undefined) {
      if (isDown) step.from = edge;
      else step.to = edge + EXPIRY_BUCKET_SECONDS;
    }
    const branches = branchesOf(walk, marks, cells, step);
    const left = deadline - performance.now();
    const rows =
      left <= 0
        ? null
        : await placesIn(db, { ...selection, ...walk }, branches, keyset, keyset.limit - places.length, left);
    if (rows === null) return { taken: true, places: null };
    places.push(...rows);
    if (isLast || places.length >= keyset.limit) return { taken: true, places };
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
