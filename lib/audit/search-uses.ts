import type { Database } from "../db/database.ts";
import { type Keyset, orderBy, seek } from "../list-query/keyset.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { inWindow } from "../list-query/time-window.ts";
import { withinTime } from "../list-query/within-time.ts";
import type { Span } from "../use-rollups/grains.ts";
import { earlier, later } from "../use-rollups/stretches.ts";
import { USE_COLUMNS, USE_JOINS, type UseRecord } from "./use-record.ts";
import { rowsOfFew, rowsOfTokens, rowsWithin } from "./use-windows.ts";

/** How long a page may be looked for as a whole, and how long in stretches where that is too much, in milliseconds. */
export type SearchTime = { wholeMs: number; partMs: number };
export const SEARCH_TIME: SearchTime = { wholeMs: 900, partMs: 900 };
/** For a file nobody waits at a page: all of its time goes on. */
export const FILE_SEARCH_TIME: SearchTime = { wholeMs: 0, partMs: 4_000 };

/** The first stretch, in milliseconds: short enough to be read in any flood, so that each page gets on. */
const FIRST_STRETCH_MS = 60_000;

export type SearchedUses = {
  records: UseRecord[];
  /** Where the search stopped, as its time was over: what lies beyond is not looked through. Null: it came to its end. */
  stoppedAt: Date | null;
};

export type UseSearch = {
  keyset: Keyset;
  range: Span;
  conditions: readonly Fragment[];
  /** Through whose tokens it goes, where those are few; or by an address, whose uses are found by it and then put in order. */
  by: { tokens: readonly string[] } | "address" | "time";
  /** Beside which nothing matches, in the order of reading; null: they are not known. */
  windows: readonly Span[] | null;
};

const [COLUMN, ID] = [sql`x.received_at`, sql`x.id`];

function recordsOf(rows: Fragment, order: Fragment): Fragment {
  return sql`WITH page AS MATERIALIZED (${rows}) SELECT ${USE_COLUMNS} FROM page x ${USE_JOINS} ORDER BY ${order}`;
}

/** What of some windows is in a stretch. */
function within({ from, to }: Span, windows: readonly Span[] | null): Span[] {
  return (windows ?? [{ from, to }])
    .map((window) => ({ from: later(window.from, from), to: earlier(window.to, to) }))
    .filter((window) => window.from < window.to);
}

/** The next use of any kind in the direction of reading, so that time in which nothing was used is no work. */
async function nextUseAt(db: Database, { from, to }: Span, isDown: boolean): Promise<Date | null> {
  const edge = isDown ? sql`max(x.received_at)` : sql`min(x.received_at)`;
  const [row] = await run<{ at: Date | null }>(
    db,
    sql`SELECT ${edge} AS at FROM token_use x WHERE x.received_at >= ${from}::timestamptz AND x.received_at < ${to}::timestamptz`,
  );
  return row?.at ?? null;
}

/**
 * A page of uses that no index and no rollup leads to: at once where that is soon done; else from its beginning on, in stretches that double, as far as time allows. Whatever the time, the first stretch is
 * looked through, so that whoever goes on from where it stopped comes to the end.
 */
export async function searchUses(
  db: Database,
  { keyset, range, conditions, by, windows }: UseSearch,
  { wholeMs, partMs }: SearchTime,
): Promise<SearchedUses> {
  const order = orderBy(keyset, COLUMN, ID);
  const after = seek(keyset, COLUMN, ID);
  const all = after === null ? conditions : [...conditions, after];
  const rows = (stretch: Span | null, limit: number): Fragment => {
    if (by === "address" && stretch === null) return rowsOfFew(all, order, limit);
    if (typeof by === "string")
      return rowsWithin(stretch === null ? windows : within(stretch, windows), all, order, limit);
    return rowsOfTokens(
      by.tokens,
      stretch === null ? all : [...all, inWindow(COLUMN, stretch)],
      order,
      limit,
    );
  };
  const whole = await withinTime<UseRecord>(db, recordsOf(rows(null, keyset.limit), order), wholeMs);
  if (whole !== null) return { records: whole, stoppedAt: null };

  const isDown = keyset.direction === "desc";
  const until = performance.now() + partMs;
  const records: UseRecord[] = [];
  let rest = range;
  for (let ms = FIRST_STRETCH_MS; ; ms *= 2) {
    const next = await nextUseAt(db, rest, isDown);
    if (next === null) return { records, stoppedAt: null };
    const stretch = isDown
      ? { from: later(rest.from, new Date(next.getTime() - ms)), to: new Date(next.getTime() + 1) }
      : { from: next, to: earlier(rest.to, new Date(next.getTime() + ms)) };
    const found = recordsOf(rows(stretch, keyset.limit - records.length), order);
    const more =
      ms === FIRST_STRETCH_MS
        ? await run<UseRecord>(db, found)
        : await withinTime<UseRecord>(db, found, until - performance.now());
    if (more === null) return { records, stoppedAt: isDown ? rest.to : rest.from };
    records.push(...more);
    rest = isDown ? { ...rest, to: stretch.from } : { ...rest, from: stretch.to };
    if (records.length >= keyset.limit || rest.from >= rest.to) return { records, stoppedAt: null };
  }
}
