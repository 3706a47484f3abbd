import type { Database } from "../db/database.ts";
import type { Sql, SqlValue } from "../db/sql.ts";
import { sqlStateOf } from "../db/sql-state.ts";
import { compile, type Fragment } from "./sql-fragment.ts";

const CANCELLED = "57014";

/**
 * How the planner is led. `lookups`: row by row through indexes, never a whole table for the sake of a few rows. `ordered`: also in an
 * index's own order, never by sorting what matches. `sets`: whole indexes are put together, a partition with its
 * counterpart. Its own choice goes by estimates that are far off for rare labels and states.
 */
export type Lead = "free" | "lookups" | "ordered" | "sets";

type Settings = Readonly<Record<string, string>>;
type Statement = { text: string; values: SqlValue[] };

const LOOKUPS: Settings = {
  enable_hashjoin: "off",
  enable_mergejoin: "off",
  enable_material: "off",
  enable_seqscan: "off",
  max_parallel_workers_per_gather: "0",
};

const SETTINGS: Record<Lead, Settings> = {
  free: {},
  lookups: LOOKUPS,
  sets: {
    enable_partitionwise_join: "on",
    enable_nestloop: "off",
    enable_mergejoin: "off",
    enable_seqscan: "off",
  },
  ordered: { ...LOOKUPS, enable_sort: "off" },
};

/** Sets them until the transaction ends, and answers what they were. */
const SET = `SELECT s.name, current_setting(s.name) AS was, set_config(s.name, s.value, true) AS is
  FROM unnest($1::text[], $2::text[]) AS s(name, value)`;

/** On the connection of a transaction that goes on: what fails is undone to where it stood, and the settings are put back. */
async function readInside<Row extends object>(
  tx: Sql,
  { text, values }: Statement,
  settings: Settings,
): Promise<Row[] | null> {
  await tx.query("SAVEPOINT within_time");
  try {
    const before = await tx.query<{ name: string; was: string }>(SET, [
      Object.keys(settings),
      Object.values(settings),
    ]);
    const rows = await tx.query<Row>(text, values);
    await tx.query(SET, [before.map(({ name }) => name), before.map(({ was }) => was)]);
    await tx.query("RELEASE SAVEPOINT within_time");
    return rows;
  } catch (error) {
    // puts the settings back too
    await tx.query("ROLLBACK TO SAVEPOINT within_time");
    await tx.query("RELEASE SAVEPOINT within_time");
    if (sqlStateOf(error) !== CANCELLED) throw error;
    return null;
  }
}

async function readApart<Row extends object>(
  pool: Database["pool"],
  { text, values }: Statement,
  settings: Settings,
): Promise<Row[] | null> {
  const connection = await pool.connect();
  let failure: unknown;
  try {
    const all = Object.entries(settings).map(([name, value]) => `; SET LOCAL ${name} = ${value}`);
    await connection.query(`BEGIN READ ONLY${all.join("")}`);
    const { rows } = await connection.query(text, values);
    await connection.query("COMMIT");
    return rows as Row[];
  } catch (error) {
    failure = error;
    if (sqlStateOf(error) !== CANCELLED) throw error;
    await connection.query("ROLLBACK");
    failure = undefined;
    return null;
  } finally {
    connection.release(failure instanceof Error ? failure : undefined);
  }
}

/** Runs a read on a transaction's own connection that may take at most `timeoutMs`, or null where it took longer and was ended, or had no time at all; the transaction goes on. */
export async function withinTimeInside<Row extends object>(
  tx: Sql,
  statement: Fragment,
  timeoutMs: number,
): Promise<Row[] | null> {
  const ms = Math.round(timeoutMs);
  return ms <= 0 ? null : readInside<Row>(tx, compile(statement), { statement_timeout: String(ms) });
}

/**
 * Runs a read that may take at most `timeoutMs`, or null where it took longer and was ended, or had no time at all. Inside of one transaction it runs on that one's connection: who holds
 * locks never waits for a second one.
 */
export async function withinTime<Row extends object>(
  db: Database,
  statement: Fragment,
  timeoutMs: number,
  lead: Lead = "free",
): Promise<Row[] | null> {
  const ms = Math.round(timeoutMs);
  // the database takes 0 for no end
  if (ms <= 0) return null;
  const compiled = compile(statement);
  const settings = { statement_timeout: String(ms), ...SETTINGS[lead] };
  return db.alone === undefined
    ? readApart<Row>(db.pool, compiled, settings)
    : db.alone((tx) => readInside<Row>(tx, compiled, settings));
}
