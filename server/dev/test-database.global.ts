import { readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import type { TestProject } from "vitest/node";
import { migrate } from "#lib/db/migrate.ts";
import "#lib/db/test-database.ts";
import { createOwnedDatabase, urlOfDatabase } from "#server/embedded-database/create-database.ts";
import { type EmbeddedDatabase, startEmbeddedDatabase } from "#server/embedded-database/start.ts";

const PREFIX = "tokenwarden-test-";
const TEMPLATE = "template_migrated";

interface Shared {
  users: number;
  database: Promise<EmbeddedDatabase & { dataDir: string }>;
}

/** The projects of one run share one server. */
const holder = globalThis as { tokenwardenTestDatabase?: Shared };

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Ends servers of runs that were killed, and takes their folders away. */
function sweepAbandoned(): void {
  for (const name of readdirSync(tmpdir())) {
    const runner = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN;
    if (Number.isNaN(runner) || isAlive(runner)) continue;
    const dataDir = path.join(tmpdir(), name);
    try {
      const server = Number.parseInt(readFileSync(path.join(dataDir, "postgres/postmaster.pid"), "utf8"), 10);
      if (isAlive(server)) process.kill(server, "SIGQUIT");
    } catch {
      // no server was running
    }
    rmSync(dataDir, { recursive: true, force: true });
  }
}

/**
 * Gives the server room for the connections of every test at once, and where nothing but the database's own tests runs it need not survive a
 * crash: an authority would not start upon it. Databases are then copied as files, in a quarter of the time.
 */
async function equip(adminUrl: string, isDurable: boolean): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    const hurried = isDurable ? [] : ["fsync = off", "full_page_writes = off"];
    for (const setting of ["max_connections = 300", ...hurried])
      await client.query(`ALTER SYSTEM SET ${setting}`);
  } finally {
    await client.end();
  }
}

async function start(isDurable: boolean): Promise<EmbeddedDatabase & { dataDir: string }> {
  sweepAbandoned();
  const dataDir = path.join(tmpdir(), `${PREFIX}${process.pid}`);
  const first = await startEmbeddedDatabase({ dataDir });
  await equip(first.adminUrl, isDurable).finally(() => first.stop());
  const database = await startEmbeddedDatabase({ dataDir });
  try {
    await createOwnedDatabase(database.adminUrl, TEMPLATE);
    await migrate(urlOfDatabase(database.url, TEMPLATE));
    return { ...database, dataDir };
  } catch (error) {
    await database.stop();
    throw error;
  }
}

/** Starts one PostgreSQL for the run, with a migrated template that each test file copies. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const isDurable = project.vitest.projects.some(({ name }) => name === "endpoint" || name === "faults");
  holder.tokenwardenTestDatabase ??= { users: 0, database: start(isDurable) };
  const shared = holder.tokenwardenTestDatabase;
  shared.users += 1;
  const database = await shared.database;
  project.provide("databaseAdminUrl", database.adminUrl);
  project.provide("databaseTemplateUrl", urlOfDatabase(database.url, TEMPLATE));
  project.provide("databaseCopy", isDurable ? "WAL_LOG" : "FILE_COPY");
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    delete holder.tokenwardenTestDatabase;
    await database.stop();
    rmSync(database.dataDir, { recursive: true, force: true });
  };
}
