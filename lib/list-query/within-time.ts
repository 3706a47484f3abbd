import type { Database } from "../db/database.ts";
import { compile, type Fragment } from "./sql-fragment.ts";

const CANCELLED = "57014";

/** Runs a read that may take at most `timeoutMs`, or null where it took longer and was ended. */
export async function withinTime<Row extends object>(
  db: Database,
  statement: Fragment,
  timeoutMs: number,
): Promise<Row[] | null> {
  const { text, values } = compile(statement);
  const connection = await db.pool.connect();
  let failure: unknown;
  try {
    await connection.query("BEGIN READ ONLY");
    await connection.query(`SET LOCAL statement_timeout = ${Math.round(timeoutMs)}`);
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
