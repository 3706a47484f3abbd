import type pg from "pg";
import { RowCopy } from "./copy-rows.ts";

/**
 * Fills a whole table by COPY: emptied and filled in one transaction, without its indexes, which are built again from their own definitions at the end.
 * Nobody may need the table meanwhile.
 */
export class TableLoader {
  readonly #connection: pg.Client;
  readonly #copy: RowCopy;
  readonly #indexes: readonly string[];

  private constructor(connection: pg.Client, copy: RowCopy, indexes: readonly string[]) {
    this.#connection = connection;
    this.#copy = copy;
    this.#indexes = indexes;
  }

  /** @throws where the table has rows. */
  static async open(connection: pg.Client, table: string, columns: string): Promise<TableLoader> {
    await connection.query("BEGIN");
    const { rowCount } = await connection.query(`SELECT FROM ${table} LIMIT 1`);
    if (rowCount !== 0) throw new Error(`${table} is not empty: this is no data folder for a benchmark`);
    await connection.query(`TRUNCATE ${table}`);
    const indexes = await takeIndexes(connection, table);
    const copy = new RowCopy(connection, `COPY ${table} (${columns}) FROM STDIN WITH (FREEZE)`);
    return new TableLoader(connection, copy, indexes);
  }

  add(line: string): void {
    this.#copy.add(line);
  }

  flush(): Promise<void> {
    return this.#copy.flush();
  }

  async end(): Promise<void> {
    await this.#copy.end();
    for (const statement of this.#indexes) await this.#connection.query(statement);
    await this.#connection.query("COMMIT");
  }
}

/** Drops the indexes and the primary key of a table. Returns the statements that make them again. */
async function takeIndexes(connection: pg.Client, table: string): Promise<string[]> {
  const { rows: keys } = await connection.query<{ name: string; definition: string }>(
    "SELECT conname AS name, pg_get_constraintdef(oid) AS definition FROM pg_constraint WHERE conrelid = $1::regclass AND contype = 'p'",
    [table],
  );
  for (const { name } of keys) await connection.query(`ALTER TABLE ${table} DROP CONSTRAINT "${name}"`);
  const { rows: indexes } = await connection.query<{ name: string; definition: string }>(
    "SELECT indexrelid::regclass::text AS name, pg_get_indexdef(indexrelid) AS definition FROM pg_index WHERE indrelid = $1::regclass",
    [table],
  );
  for (const { name } of indexes) await connection.query(`DROP INDEX ${name}`);
  return [
    ...keys.map(({ name, definition }) => `ALTER TABLE ${table} ADD CONSTRAINT "${name}" ${definition}`),
    ...indexes.map(({ definition }) => definition),
  ];
}
