import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Database, openDatabase } from "./database.ts";
import { migrate } from "./migrate.ts";
import { requireKnownSchema, type SchemaRefusal, watchSchema } from "./schema-version.ts";
import { testDatabase } from "./test-database.ts";

const ours = path.resolve(import.meta.dirname, "../../prisma/migrations");
const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-schema-"));
afterAll(() => rmSync(folder, { recursive: true }));

let migrationsDir: string;
let url: string;
let db: Database;

function addMigration(name: string, sql: string): void {
  mkdirSync(path.join(migrationsDir, name), { recursive: true });
  writeFileSync(path.join(migrationsDir, name, "migration.sql"), sql);
}

beforeEach(async () => {
  migrationsDir = mkdtempSync(path.join(folder, "run-"));
  cpSync(ours, migrationsDir, { recursive: true });
  ({ url } = await testDatabase());
  db = openDatabase({ url, role: "app", maxConnections: 2, applicationName: "test" });
});
afterEach(() => db.end());

describe("a process that starts", () => {
  it("is content with the schema of its version", async () => {
    await requireKnownSchema(url);
  });

  it("refuses a database that is behind it, in one line", async () => {
    addMigration("29990101000000_one", "CREATE TABLE later_one (id int);");
    await expect(requireKnownSchema(url, migrationsDir)).rejects.toThrow(
      /^the database lacks 29990101000000_one; migrate it first \(npx tokenwarden db migrate\)$/,
    );
  });

  it("refuses a database without a schema, in one line", async () => {
    await db.end();
    const owner = openDatabase({ url, role: "owner", maxConnections: 1, applicationName: "test" });
    await owner.query("DROP SCHEMA public CASCADE");
    await owner.query("CREATE SCHEMA public");
    await owner.end();
    await expect(requireKnownSchema(url)).rejects.toThrow(
      /^the database lacks its schema; migrate it first \(npx tokenwarden db migrate\)$/,
    );
  });

  it("refuses a database that a newer version migrated, in one line", async () => {
    addMigration("29990101000000_one", "CREATE TABLE later_one (id int);");
    await migrate(url, { migrationsDir });
    await expect(requireKnownSchema(url)).rejects.toThrow(
      /^the database was migrated by a newer version \(29990101000000_one\); start that version instead$/,
    );
  });

  it("goes on beside a newer migration that says that it may, and not beside an earlier one that does not", async () => {
    addMigration("29990102000000_two", "-- runs beside the version before\nCREATE TABLE later_two (id int);");
    await migrate(url, { migrationsDir });
    await requireKnownSchema(url);
    addMigration("29990101000000_one", "CREATE TABLE later_one (id int);");
    rmSync(path.join(migrationsDir, "29990102000000_two"), { recursive: true });
    const { url: other } = await testDatabase();
    await migrate(other, { migrationsDir });
    addMigration("29990102000000_two", "-- runs beside the version before\nCREATE TABLE later_two (id int);");
    await migrate(other, { migrationsDir });
    await expect(requireKnownSchema(other)).rejects.toThrow(/newer version/);
  });

  it("says in one line that the database cannot be reached", async () => {
    await expect(requireKnownSchema("postgresql://nobody:wrong@127.0.0.1:9/none")).rejects.toThrow(
      /^the database cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:9$/,
    );
  });
});

describe("a process that runs", () => {
  it("is told once of a newer migration that it must not go on beside", async () => {
    const told: SchemaRefusal[] = [];
    const watch = watchSchema({ db, onRefusal: (refusal) => told.push(refusal) });
    try {
      addMigration(
        "29990101000000_one",
        "-- runs beside the version before\nCREATE TABLE later_one (id int);",
      );
      await migrate(url, { migrationsDir });
      addMigration("29990102000000_two", "CREATE TABLE later_two (id int);");
      await migrate(url, { migrationsDir });
      await expect.poll(() => told.map((one) => one.message), { timeout: 15_000 }).toHaveLength(1);
      expect(told[0]?.message).toContain("29990102000000_two");
    } finally {
      watch.stop();
    }
  });

  it("cannot rewrite the history of migrations or their floor", async () => {
    for (const statement of [
      "UPDATE schema_floor SET oldest = '0'",
      "DELETE FROM _prisma_migrations",
      "UPDATE _prisma_migrations SET finished_at = NULL",
    ])
      await expect(db.query(statement)).rejects.toThrow(/permission denied/);
  });
});
