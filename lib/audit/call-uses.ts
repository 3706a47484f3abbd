import type { Database } from "../db/database.ts";
import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import { HOUR } from "../use-rollups/busy-parts.ts";
import { DAY, type Span } from "../use-rollups/grains.ts";
import type { CountedUses } from "./busy-uses.ts";
import {
  daysIn,
  findHours,
  findLooked,
  hoursOf,
  merged,
  mixesOf,
  outcomesOf,
  partsOf,
  readDays,
} from "./call-counts.ts";
import type { TokenUsesQuery } from "./table.ts";

type Filters = TokenUsesQuery["filters"];

/**
 * How a range of uses is counted that are looked for by a part of a path or of a user agent, or by a method, or null where no day of it is counted by those. Beside what rollups count by alone, from the counts; beside
 * anything else, in finer steps, or where those are wanted that are not kept, from the hours of the log in which one of them was used, where those are few. Exact whatever happens at the same time, as `findBusyUses` is.
 *
 * @param conditions what is asked of the log.
 */
export async function findCallUses(
  db: Database,
  filters: Filters,
  range: Span,
  {
    stepSeconds,
    needsMixes,
    conditions,
  }: {
    stepSeconds: number | null;
    /** Whether counts by outcome do not do. */
    needsMixes: boolean;
    conditions: () => Promise<readonly Fragment[]>;
  },
): Promise<CountedUses | null> {
  const looked = findLooked(filters);
  if (looked === null) return null;
  const { days, haveMixes } = await readDays(db, looked, range);
  const parts = partsOf(range, days);
  if (parts === null) return null;
  const isIntact = sql`(SELECT i.yes FROM intact i)`;
  const isCounted =
    looked.isAll && (haveMixes || !needsMixes) && (stepSeconds === null || stepSeconds % HOUR === 0);
  const hours = isCounted ? [] : await findHours(db, looked, parts.rolled);
  if (hours === null) return null;
  const asked = await conditions();
  const log = merged([...parts.log, ...hours]).map((span) => ({ ...span, conditions: [isIntact, ...asked] }));
  const isByDay = stepSeconds === null || stepSeconds % DAY === 0;
  return {
    intact: sql`intact AS MATERIALIZED (SELECT count(*) = ${days.length}::int AS yes FROM call_use_day s WHERE ${daysIn(looked, range)})`,
    hours: isCounted && haveMixes ? (isByDay ? mixesOf : hoursOf)(looked, parts.rolled, isIntact) : null,
    outcomes: isCounted ? outcomesOf(looked, parts.rolled, isIntact) : null,
    log: [...log, { ...range, conditions: [sql`NOT ${isIntact}`, ...asked] }],
  };
}
