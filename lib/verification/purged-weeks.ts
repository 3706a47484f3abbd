import { createBatcher } from "../db/batcher.ts";
import { prepared, type Sql } from "../db/sql.ts";
import { uuidv7Time } from "../ids.ts";

/** A week that has left the register: all that was issued in it had expired by then. */
export type PurgedWindow = { lastExpiryMs: number };

/** The week of an id's own time, if it has left the register; null where it has not. */
export type FindPurgedWeek = (id: string) => Promise<PurgedWindow | null>;

const FIND = prepared(`
  SELECT k.at, w.last_expiry AS "lastExpiry" FROM unnest($1::timestamptz[]) AS k(at) JOIN purged_week w ON w.week = date_trunc('week', k.at, 'UTC')`);

/**
 * Finds the weeks that ids would be of. A week and its tokens leave in one transaction: ask for it after the register did not have the token. Look-ups of the
 * same moment share one statement.
 */
export function createPurgedWeekFinder(db: Sql): FindPurgedWeek {
  const batcher = createBatcher<Date, PurgedWindow | null>({
    maxBatch: 500,
    maxInFlight: 2,
    run: async (times) => {
      const rows = await db.query<{ at: Date; lastExpiry: Date | null }>(FIND, [times]);
      const found = new Map(
        rows.map((row) => [row.at.getTime(), { lastExpiryMs: row.lastExpiry?.getTime() ?? 0 }]),
      );
      return times.map((at) => found.get(at.getTime()) ?? null);
    },
  });
  return async (id) => {
    const at = uuidv7Time(id);
    return at === null ? null : batcher.add(at);
  };
}
