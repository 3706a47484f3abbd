import type { Sql } from "../db/sql.ts";
import type { Span } from "./grains.ts";

/** What is rolled up, or null. A range that was covered once stays so. */
export async function readCovered(db: Sql): Promise<Span | null> {
  const [mark] = await db.query<Span>(
    'SELECT from_at AS "from", until_at AS "to" FROM use_rollup_mark WHERE id = 1',
  );
  return mark === undefined || mark.from >= mark.to ? null : mark;
}
