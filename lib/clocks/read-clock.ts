import type { Sql } from "../db/sql.ts";

/** What time the database says it is: of several machines that share it, the one clock that all of them go by. */
export async function readClock(db: Sql): Promise<Date> {
  const [row] = await db.query<{ now: Date }>("SELECT clock_timestamp()::timestamptz(3) AS now");
  if (row === undefined) throw new Error("the database tells no time");
  return row.now;
}
