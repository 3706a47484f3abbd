import { randomBytes } from "node:crypto";
import pg from "pg";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** Superuser's URL of the PostgreSQL of this test run. */
    databaseAdminUrl: string;
    /** Owner's URL of the migrated template; other databases of the run differ in the path only. */
    databaseTemplateUrl: string;
    /** How PostgreSQL copies the template: what is quicker depends on whether it waits for the disk. */
    databaseCopy: "WAL_LOG" | "FILE_COPY";
  }
}

/** Those of this test file. */
const made: string[] = [];

/** An empty, migrated database of the caller's own, gone when the test file ends; for `*.db.test.ts` and `*.endpoint.test.ts`. */
export async function testDatabase(): Promise<{ url: string }> {
  const template = new URL(inject("databaseTemplateUrl"));
  const name = `test_${randomBytes(6).toString("hex")}`;
  const admin = new pg.Client({ connectionString: inject("databaseAdminUrl") });
  await admin.connect();
  try {
    await admin.query(
      `CREATE DATABASE ${name} TEMPLATE ${template.pathname.slice(1)} STRATEGY ${inject("databaseCopy")} OWNER tokenwarden`,
    );
  } finally {
    await admin.end();
  }
  made.push(name);
  template.pathname = `/${name}`;
  return { url: template.toString() };
}

/** Takes away the databases of a test file that nothing is connected to any more: those of a whole run would be 16 GB. */
export async function dropTestDatabases(): Promise<void> {
  if (made.length === 0) return;
  const admin = new pg.Client({ connectionString: inject("databaseAdminUrl") });
  await admin.connect();
  try {
    const { rows } = await admin.query<{ name: string }>(
      `SELECT d.datname AS name FROM pg_database d WHERE d.datname = ANY ($1::text[])
         AND NOT EXISTS (SELECT FROM pg_stat_activity a WHERE a.datname = d.datname)`,
      [made],
    );
    for (const { name } of rows) await admin.query(`DROP DATABASE ${name}`);
  } finally {
    await admin.end();
  }
}
