import type { Database } from "../db/database.ts";
import { compile, type Fragment } from "./sql-fragment.ts";

const CANCELLED = "57014";

/**
 * How the planner is led. `lookups`: row by row through indexes, never a whole table for the sake of a few rows. `ordered`: also in an
 * index's own order, never by sorting what matches. `sets`: whole indexes are put together, a partition with its
 * counterpart. Its own choice goes by estimates that are far off for rare labels and states.
 */
export type Lead = "free" | "lookups" | "ordered" | "sets";

const LOOKUPS = ["hashjoin", "mergejoin", "material", "seqscan"]
  .map((way) => `; SET LOCAL enable_${way} = off`)
  .concat("; SET LOCAL max_parallel_workers_per_gather = 0")
  .join("");

const SETTINGS: Record<Lead, string> = {
  free: "",
  lookups: LOOKUPS,
  sets: "; SET LOCAL enable_partitionwise_join = on; SET LOCAL enable_nestloop = off; SET LOCAL enable_mergejoin = off; SET LOCAL enable_seqscan = off",
  ordered: `${LOOKUPS}; SET LOCAL enable_sort = off`,
};

/** Runs a read that may take at most `timeoutMs`, or null where it took longer and was ended. */
export async function withinTime<Row extends object>(
  db: Database,
  statement: Fragment,
  timeoutMs: number,
  lead: Lead = "free",
): Promise<Row[] | null> {
  const { text, values } = compile(statement);
  const connection = await db.pool.connect();
  let failure: unknown;
  try {
    await connection.query(
      `BEGIN READ ONLY; SET LOCAL statement_timeout = ${Math.round(timeoutMs)}${SETTINGS[lead]}`,
    );
    const { rows } = await connection.query(text, values);
    await connection.query("COMMIT");
    return rows as Row[];
  } catch (error) {
    failure = error;
    if ((error as { code?: unknown }).code !== CANCELLED) throw error;
    await connection.query("ROLLBACK");
    failure = undefined;
    return null;
  } finally {
    connection.release(failure instanceof Error ? failure : undefined);
  }
}
