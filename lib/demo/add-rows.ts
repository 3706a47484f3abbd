import type { Sql } from "../db/sql.ts";

/** Inserts rows given as JSON, leaves those that are there, and answers the keys of those that were added. */
export async function addRows(tx: Sql, statement: string, rows: object[]): Promise<Set<string>> {
  if (rows.length === 0) return new Set();
  const added = await tx.query<{ key: string }>(statement, [JSON.stringify(rows)]);
  return new Set(added.map(({ key }) => key));
}
