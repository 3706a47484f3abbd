import type { Sql } from "../db/sql.ts";
import { CHECK_COLUMNS, type CheckRecord } from "../evidence-checks/check-row.ts";
import { ADMIN_CHAIN } from "../seals/seal.ts";
import { DAY_MS, startOfDay } from "./model.ts";

/** The newest verification that read all of a day to its end, whoever asked for it; null where none did. */
export async function findDayCheck(db: Sql, day: string): Promise<CheckRecord | null> {
  const from = startOfDay(day);
  const [check] = await db.query<CheckRecord>(
    `SELECT ${CHECK_COLUMNS} FROM evidence_check WHERE state IN ('held', 'empty', 'broken') AND from_at <= $1::timestamptz AND until_at >= $2::timestamptz
     ORDER BY ended_at DESC LIMIT 1`,
    [from, new Date(from.getTime() + DAY_MS)],
  );
  return check ?? null;
}

/** Whether the evidence of the uses that a verification read holds, whatever else does not: acts have their own time to leave. */
export function holdsForUses({ found }: Pick<CheckRecord, "found">): boolean {
  return found?.problems.every(({ chain }) => chain === ADMIN_CHAIN) ?? false;
}

/** Whether an owner let a day go though it does not hold. */
export async function isReleased(db: Sql, day: string): Promise<boolean> {
  const rows = await db.query("SELECT FROM released_use_day WHERE day = $1::timestamptz", [startOfDay(day)]);
  return rows.length > 0;
}
