import type { Database } from "../db/database.ts";
import type { Total } from "./define-table.ts";
import { compile, type Fragment } from "./sql-fragment.ts";

const CANCELLED = "57014";

/**
 * Counts the rows of a statement that itself stops at `max + 1` rows. Takes at most `timeoutMs`: what has not been counted by then is given
 * as "at least `atLeast`", so that a total never holds a page up.
 */
export async function countUpTo(
  db: Database,
  rows: Fragment,
  { max, atLeast, timeoutMs = 1_000 }: { max: number; atLeast: () => number; timeoutMs?: number },
): Promise<Total> {
  const { text, values } = compile(rows);
  const connection = await db.pool.connect();
  let failure: unknown;
  try {
    await connection.query("BEGIN READ ONLY");
    await connection.query(`SET LOCAL statement_timeout = ${Math.round(timeoutMs)}`);
    const counted = await connection.query<{ count: bigint }>(
      `SELECT count(*) AS count FROM (${text}) AS counted`,
      values,
    );
    await connection.query("COMMIT");
    const value = Number(counted.rows[0]?.count ?? 0);
    return value > max ? { value: max, isExact: false } : { value, isExact: true };
  } catch (error) {
    failure = error;
    if ((error as { code?: unknown }).code !== CANCELLED) throw error;
    await connection.query("ROLLBACK");
    failure = undefined;
    return { value: atLeast(), isExact: false };
  } finally {
    connection.release(failure instanceof Error ? failure : undefined);
  }
}
