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

/** What is kept no longer than a run need not survive a crash; a run's tests have more connections open than a product has. */
async function hurry(adminUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: adminUrl });
  await client.connect();
  try {
    for (const setting of ["fsync = off", "full_page_writes = off", "max_connections = 300"])
      await client.query(`ALTER SYSTEM SET ${setting}`);
  } finally {
    await client.end();
  }
}

async function start(): Promise<EmbeddedDatabase & { dataDir: string }> {
  sweepAbandoned();
  const dataDir = path.join(tmpdir(), `${PREFIX}${process.pid}`);
  const first = await startEmbeddedDatabase({ dataDir });
  await hurry(first.adminUrl).finally(() => first.stop());
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
  holder.tokenwardenTestDatabase ??= { users: 0, database: start() };
  const shared = holder.tokenwardenTestDatabase;
  shared.users += 1;
  const database = await shared.database;
  project.provide("databaseAdminUrl", database.adminUrl);
  project.provide("databaseTemplateUrl", urlOfDatabase(database.url, TEMPLATE));
  return async () => {
    shared.users -= 1;
    if (shared.users > 0) return;
    delete holder.tokenwardenTestDatabase;
    await database.stop();
    rmSync(database.dataDir, { recursive: true, force: true });
  };
}
