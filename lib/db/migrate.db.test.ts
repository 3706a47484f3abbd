import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, afterEach, beforeEach, describe, expect, inject, it } from "vitest";
import { diffSchema } from "./diff-schema.ts";
import { migrate } from "./migrate.ts";
import { openSingleConnection } from "./schema-engine.ts";
import { testDatabase } from "./test-database.ts";

const ours = path.resolve(import.meta.dirname, "../../prisma/migrations");
const folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-migrations-"));
afterAll(() => rmSync(folder, { recursive: true }));

let migrationsDir: string;
let url: string;
let client: pg.Client;

function addMigration(name: string, sql: string): void {
  mkdirSync(path.join(migrationsDir, name), { recursive: true });
  writeFileSync(path.join(migrationsDir, name, "migration.sql"), sql);
}

async function tables(): Promise<string[]> {
  const { rows } = await client.query(
    "SELECT tablename FROM pg_tables WHERE tablename LIKE 'later%' ORDER BY 1",
  );
  return rows.map((row) => row.tablename);
}

beforeEach(async () => {
  migrationsDir = mkdtempSync(path.join(folder, "run-"));
  cpSync(ours, migrationsDir, { recursive: true });
  ({ url } = await testDatabase());
  client = new pg.Client({ connectionString: url });
  await client.connect();
});

afterEach(() => client.end());

describe("migrate", () => {
  it("has nothing to do on a migrated database", async () => {
    expect(await migrate(url)).toEqual([]);
  });

  it("applies what is pending, in order, with bodies that hold semicolons", async () => {
    addMigration(
      "29990101000000_one",
      "CREATE TABLE later_one (id int); CREATE FUNCTION later() RETURNS int LANGUAGE sql AS $$ SELECT 1; SELECT 2; $$;",
    );
    addMigration("29990102000000_two", "CREATE TABLE later_two AS SELECT * FROM later_one;");
    expect(await migrate(url, { migrationsDir })).toEqual(["29990101000000_one", "29990102000000_two"]);
    expect(await tables()).toEqual(["later_one", "later_two"]);
    expect(await migrate(url, { migrationsDir })).toEqual([]);
  });

  it("lets go of what it listened to with each migration, also where one fails", async () => {
    const warnings: string[] = [];
    const hear = ({ name, message }: Error) => warnings.push(`${name}: ${message}`);
    process.on("warning", hear);
    for (let day = 10; day < 25; day += 1)
      addMigration(`299901${day}000000_one`, `CREATE TABLE later_${day} (id int);`);
    addMigration("29990125000000_wrong", "SELECT 1/0;");
    await expect(migrate(url, { migrationsDir })).rejects.toThrow("division by zero");
    expect(await tables()).toHaveLength(15);
    // warnings are told after the turn that they belong to
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", hear);
    expect(warnings).toEqual([]);
  });

  it("lets one of several migrators work and the others find it done", async () => {
    addMigration("29990101000000_one", "CREATE TABLE later_one (id int); SELECT pg_sleep(0.2);");
    const applied = await Promise.all([1, 2, 3].map(() => migrate(url, { migrationsDir })));
    expect(applied.flat()).toEqual(["29990101000000_one"]);
  });

  it("leaves nothing of a migration that fails, says why, and succeeds once it is right", async () => {
    addMigration("29990101000000_one", "CREATE TABLE later_one (id int); SELECT 1/0;");
    await expect(migrate(url, { migrationsDir })).rejects.toThrow(
      "migration 29990101000000_one failed: division by zero (the database is as before it)",
    );
    expect(await tables()).toEqual([]);
    addMigration("29990101000000_one", "CREATE TABLE later_one (id int);");
    expect(await migrate(url, { migrationsDir })).toEqual(["29990101000000_one"]);
  });

  it("lets go of what it holds while a table is in use, so that nobody queues up behind it, and goes on afterwards", async () => {
    addMigration(
      "29990101000000_one",
      "CREATE TABLE later_one (id int); ALTER TABLE client ADD COLUMN later int;",
    );
    await client.query("BEGIN; SELECT count(*) FROM client");
    const told: string[] = [];
    const migrating = migrate(url, { migrationsDir, log: (line) => told.push(line) });
    await expect
      .poll(() => told, { timeout: 10_000 })
      .toContain("migration 29990101000000_one waits for tables that are in use");
    expect(await tables()).toEqual([]);
    await client.query("COMMIT");
    expect(await migrating).toEqual(["29990101000000_one"]);
    expect(await tables()).toEqual(["later_one"]);
  });

  it("runs a migration outside of a transaction when it says so", async () => {
    addMigration("29990101000000_one", "CREATE TABLE later_one (id int);");
    addMigration(
      "29990102000000_two",
      "-- no transaction\nCREATE INDEX CONCURRENTLY later_index ON later_one (id);",
    );
    expect(await migrate(url, { migrationsDir })).toHaveLength(2);
  });

  it("begins anew with an index that was built outside of a transaction and broken off", async () => {
    addMigration(
      "29990101000000_one",
      "CREATE TABLE later_one (id int); INSERT INTO later_one VALUES (1), (1);",
    );
    addMigration(
      "29990102000000_two",
      '-- no transaction\nCREATE UNIQUE INDEX CONCURRENTLY "later_index" ON later_one (id);',
    );
    await expect(migrate(url, { migrationsDir })).rejects.toThrow(
      "migration 29990102000000_two failed: could not create unique index",
    );
    const indexes = async () =>
      (
        await client.query(
          "SELECT indisvalid AS valid FROM pg_index WHERE indexrelid = to_regclass('later_index')",
        )
      ).rows;
    expect(await indexes()).toEqual([{ valid: false }]);
    await client.query("DELETE FROM later_one");
    expect(await migrate(url, { migrationsDir })).toEqual(["29990102000000_two"]);
    expect(await indexes()).toEqual([{ valid: true }]);
    expect(await migrate(url, { migrationsDir })).toEqual([]);
  });

  it("builds an index outside of a transaction while another migrator waits for its turn", async () => {
    addMigration("29990101000000_one", "CREATE TABLE later_one (id int); SELECT pg_sleep(0.3);");
    addMigration(
      "29990102000000_two",
      '-- no transaction\nCREATE INDEX CONCURRENTLY "later_index" ON later_one (id);',
    );
    const applied = await Promise.all([1, 2].map(() => migrate(url, { migrationsDir })));
    expect(applied.flat()).toEqual(["29990101000000_one", "29990102000000_two"]);
  });

  it("refuses a database that a newer version migrated", async () => {
    addMigration("29990101000000_one", "CREATE TABLE later_one (id int);");
    await migrate(url, { migrationsDir });
    await expect(migrate(url)).rejects.toThrow(
      "the database was migrated by a newer version (29990101000000_one); start that version instead",
    );
  });

  it("refuses a migration that was edited after it was applied", async () => {
    addMigration("29990101000000_one", "CREATE TABLE later_one (id int);");
    await migrate(url, { migrationsDir });
    addMigration("29990101000000_one", "CREATE TABLE later_one (id bigint);");
    await expect(migrate(url, { migrationsDir })).rejects.toThrow(
      "migration 29990101000000_one was changed after it was applied; put the original file back",
    );
  });

  it("says in one line that the database cannot be reached", async () => {
    await expect(migrate("postgresql://nobody:wrong@127.0.0.1:9/none")).rejects.toThrow(
      /^the database cannot be reached: connect ECONNREFUSED 127\.0\.0\.1:9$/,
    );
  });
});

describe("the schema", () => {
  it("says the same as the migrations", async () => {
    const admin = new pg.Client({ connectionString: inject("databaseAdminUrl") });
    await admin.connect();
    await admin.query("CREATE DATABASE shadow_of_schema");
    await admin.end();
    const shadowUrl = new URL(inject("databaseAdminUrl"));
    shadowUrl.pathname = "/shadow_of_schema";
    const database = openSingleConnection(url);
    const shadow = openSingleConnection(shadowUrl.toString());
    try {
      expect(await diffSchema({ database, shadow })).toBe("-- This is an empty migration.\n");
    } finally {
      await Promise.all([database.end(), shadow.end()]);
    }
  });
});
