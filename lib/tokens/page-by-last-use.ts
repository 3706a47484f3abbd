import type { Database } from "../db/database.ts";
import { type Keyset, orderBy, seek } from "../list-query/keyset.ts";
import { all, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow, type Window } from "../list-query/time-window.ts";
import { withinTime } from "../list-query/within-time.ts";
import { STATE_JOINS } from "./state-sql.ts";
import type { TokenSelection } from "./token-selection.ts";

/** Uses of the first stretch of time that is looked at; each further one is this many times as long. */
const FIRST_MS = 600_000;
const GROWTH = 4;

export type Place = { place: Date; id: string };

async function oldestIssue(db: Database): Promise<Date | null> {
  const [row] = await run<{ at: Date | null }>(db, sql`SELECT min(issued_at) AS at FROM token`);
  return row?.at ?? null;
}

/**
 * The places of a page in the order of last use, read from the counters of use: stretch by stretch of time, the nearest first, until the page is
 * full. The counters have an index by blocks alone, so that a use rewrites none; a stretch reads the blocks of its time. Null where it takes too
 * long: what is asked for is rare among what was used.
 */
export async function placesByLastUse(
  db: Database,
  selection: TokenSelection,
  keyset: Keyset,
  { used, now, timeoutMs }: { used: Window; now: Date; timeoutMs: number },
): Promise<Place[] | null> {
  const deadline = performance.now() + timeoutMs;
  const isBack = keyset.direction === "desc";
  const bounds = {
    from: used.from ?? (await oldestIssue(db)),
    to: used.to ?? new Date(now.getTime() + FIRST_MS),
  };
  if (bounds.from === null) return [];
  const cursor = keyset.from === null ? null : new Date(keyset.from.value);
  let [low, high] = [bounds.from.getTime(), bounds.to.getTime()];
  if (cursor !== null)
    [low, high] = isBack
      ? [low, Math.min(high, cursor.getTime() + 1)]
      : [Math.max(low, cursor.getTime()), high];
  const places: Place[] = [];
  for (let width = FIRST_MS; low < high && places.length < keyset.limit; width *= GROWTH) {
    const stretch = isBack
      ? { from: new Date(Math.max(low, high - width)), to: new Date(high) }
      : { from: new Date(low), to: new Date(Math.min(high, low + width)) };
    const left = deadline - performance.now();
    const rows =
      left <= 0 ? null : await placesIn(db, selection, keyset, stretch, keyset.limit - places.length, left);
    if (rows === null) return null;
    places.push(...rows);
    if (isBack) high = stretch.from.getTime();
    else low = stretch.to.getTime();
  }
  return places;
}

function placesIn(
  db: Database,
  selection: TokenSelection,
  keyset: Keyset,
  stretch: Window,
  limit: number,
  timeoutMs: number,
): Promise<Place[] | null> {
  const [column, id] = [sql`us.last_used_at`, sql`us.token_id`];
  const beyond = seek(keyset, sql`u.last_used_at`, sql`u.token_id`);
  const where = all([inWindow(sql`u.last_used_at`, stretch), ...(beyond === null ? [] : [beyond])]);
  const state = selection.needsState ? STATE_JOINS : sql``;
  return withinTime<Place>(
    db,
    // sorted before anything is looked up in the register, so that the looking up ends with the page
    sql`SELECT us.last_used_at AS place, us.token_id AS id
      FROM (SELECT u.* FROM token_usage u WHERE ${where} ORDER BY ${orderBy(keyset, sql`u.last_used_at`, sql`u.token_id`)}) us
      CROSS JOIN LATERAL (SELECT * FROM token x WHERE x.issued_at = uuid_extract_timestamp(us.token_id) AND x.id = us.token_id LIMIT 1) t ${state}
      WHERE ${all(selection.conditions)} ORDER BY ${orderBy(keyset, column, id)} LIMIT ${limit}::int`,
    timeoutMs,
    "lookups",
  );
}
