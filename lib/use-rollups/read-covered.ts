import type { Sql } from "../db/sql.ts";
import type { Span } from "./grains.ts";

/** What is rolled up of what the log still has, or null. Days that have left the log are not told of, by rows or by counts. */
export async function readCovered(db: Sql): Promise<Span | null> {
  const [mark] = await db.query<Span>(
    `SELECT greatest(from_at, (SELECT max(day) + interval '1 day' FROM purged_use_day)) AS "from", until_at AS "to" FROM use_rollup_mark WHERE id = 1`,
  );
  return mark === undefined || mark.from >= mark.to ? null : mark;
}
