import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import { testDatabase } from "../db/test-database.ts";
import { DECISIONS } from "./decisions.ts";
import { MENTIONING } from "./mentions.ts";

let db: SqlDatabase;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openSqlDatabase({ url, role: "app", maxConnections: 1, applicationName: "test" });
});
afterAll(() => db.end());

/** What can hold something that somebody is known by. */
const TELLING = ["text", "varchar", "bpchar", "json", "jsonb", "bytea", "inet", "xml", "citext"];

// partitions hold what their table holds; the queue of the worker holds ids, and Prisma's own table the names of migrations
const COLUMNS = `
  SELECT c.relname AS "table", a.attname AS "column",
    (t.typname = ANY ($1::text[]) OR ltrim(t.typname, '_') = ANY ($1::text[]) OR t.typtype = 'd') AS "isTelling"
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid JOIN pg_type t ON t.oid = a.atttypid
  WHERE c.relkind IN ('r', 'p', 'f') AND NOT c.relispartition AND n.nspname = current_schema() AND c.relname <> '_prisma_migrations'
    AND a.attnum > 0 AND NOT a.attisdropped ORDER BY 1, a.attnum`;

const listed = (columns: string | undefined) => (columns === undefined ? [] : columns.split(" "));

async function tables(): Promise<Map<string, string[]>> {
  const rows = await db.query<{ table: string; column: string; isTelling: boolean }>(COLUMNS, [TELLING]);
  const found = new Map<string, string[]>();
  for (const { table, column, isTelling } of rows)
    found.set(table, [...(found.get(table) ?? []), ...(isTelling ? [column] : [])]);
  return found;
}

test("what becomes of every table when a person is erased is decided", async () => {
  const found = await tables();
  expect(found.size).toBeGreaterThan(100);
  expect(
    [...found.keys()].filter((table) => DECISIONS[table] === undefined),
    "tables that nobody decided on: see lib/erasures/decisions.ts",
  ).toEqual([]);
  expect(
    Object.keys(DECISIONS).filter((table) => !found.has(table)),
    "tables that are no more",
  ).toEqual([]);
});

test("what becomes of every column that can hold a text, JSON or bytes is decided, once", async () => {
  for (const [table, columns] of await tables()) {
    const { erases, searches, keeps } = DECISIONS[table] ?? {};
    const decided = [...new Set([...listed(erases), ...listed(searches)]), ...listed(keeps)];
    expect(decided.toSorted(), `columns of ${table}: see lib/erasures/decisions.ts`).toEqual(
      columns.toSorted(),
    );
  }
});

test("the texts that are searched for a person's names are those that it is decided of", () => {
  const searched = Object.entries(DECISIONS).flatMap(([table, { searches }]) =>
    listed(searches).map((column) => `${table}.${column}`),
  );
  expect(searched.toSorted()).toEqual(MENTIONING.map(({ table, column }) => `${table}.${column}`).toSorted());
});

test("the retention role can erase where it is decided that it does", async () => {
  for (const [table, { rows, erases, searches }] of Object.entries(DECISIONS)) {
    const wanted = [...listed(erases), ...listed(searches)].map((column) => ({ column, right: "UPDATE" }));
    for (const { column, right } of wanted) {
      const [may] = await db.query<{ may: boolean }>(
        "SELECT has_column_privilege('tokenwarden_retention', $1::regclass, $2::text, $3::text) AS may",
        [table, column, right],
      );
      expect(may?.may, `${right} of ${table}.${column}`).toBe(true);
    }
    if (rows !== "deleted") continue;
    const [may] = await db.query<{ may: boolean }>(
      "SELECT has_table_privilege('tokenwarden_retention', $1::regclass, 'DELETE') AS may",
      [table],
    );
    expect(may?.may, `DELETE of ${table}`).toBe(true);
  }
});
