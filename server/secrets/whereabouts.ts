import { readdirSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import pg from "pg";

/** A place to look into. */
export type Place = { where: string; data: Buffer };

/** Every row of every table, bytes in hex, as a dump has them. */
export async function dumpDatabase(url: string): Promise<Place[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const { rows: tables } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', n.nspname, c.relname) AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
       WHERE c.relkind IN ('r', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast')`,
    );
    const places: Place[] = [];
    for (const { name } of tables) {
      const { rows } = await client.query<{ line: string }>(`SELECT t::text AS line FROM ${name} t`);
      places.push({ where: `table ${name}`, data: Buffer.from(rows.map((row) => row.line).join("\n")) });
    }
    return places;
  } finally {
    await client.end();
  }
}

/** Every file below a folder, by its path in it. */
export function readFolder(folder: string): Place[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .map((name) => path.join(folder, name))
    .filter((file) => statSync(file).isFile())
    .map((file) => ({ where: `file ${path.relative(folder, file)}`, data: readFileSync(file) }));
}
