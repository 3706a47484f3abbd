import { createBatcher } from "../db/batcher.ts";
import { prepared, type Sql } from "../db/sql.ts";
import { uuidv7Time } from "../ids.ts";

/**
 * A time of which the register has nothing any more: a week that has left it, all of whose tokens had expired by then, or what a restore lost, of which nobody
 * knows what was issued in it.
 */
export type PurgedWindow = { lastExpiryMs: number; isLost: boolean };

/** The week of an id's own time, if it has left the register; null where it has not. */
export type FindPurgedWeek = (id: string) => Promise<PurgedWindow | null>;

const FIND = prepared(`
  SELECT k.at, w.last_expiry AS "lastExpiry", false AS "isLost" FROM unnest($1::timestamptz[]) AS k(at)
    JOIN purged_week w ON w.week = date_trunc('week', k.at, 'UTC')
  UNION ALL
  SELECT k.at, NULL, true FROM unnest($1::timestamptz[]) AS k(at)
    WHERE EXISTS (SELECT FROM restore r WHERE r.confirmed_at IS NOT NULL AND k.at BETWEEN r.common_at AND r.found_at)`);

/**
 * Finds the weeks that ids would be of. A week and its tokens leave in one transaction: ask for it after the register did not have the token. Look-ups of the
 * same moment share one statement.
 */
export function createPurgedWeekFinder(db: Sql): FindPurgedWeek {
  const batcher = createBatcher<Date, PurgedWindow | null>({
    maxBatch: 500,
    maxInFlight: 2,
    run: async (times) => {
      const rows = await db.query<{ at: Date; lastExpiry: Date | null; isLost: boolean }>(FIND, [times]);
      const found = new Map(
        rows.map((row) => [
          row.at.getTime(),
          { lastExpiryMs: row.lastExpiry?.getTime() ?? 0, isLost: row.isLost },
        ]),
      );
      return times.map((at) => found.get(at.getTime()) ?? null);
    },
  });
  return async (id) => {
    const at = uuidv7Time(id);
    return at === null ? null : batcher.add(at);
  };
}
