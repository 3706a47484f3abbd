import path from "node:path";
import { type Context, systemContext } from "#lib/context.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { migrate } from "#lib/db/migrate.ts";
import type { Env } from "#lib/env.ts";
import { findEmbeddedDatabaseUrl, startEmbeddedDatabase } from "#server/embedded-database/start.ts";
import { acquireLock } from "#server/setup/lock.mjs";
import { makeFolder } from "#server/setup/make-folder.mjs";
import { StartRefusal } from "#server/start-refusal.ts";
import { ensureMasterKey } from "#server/supervisor/master-key.ts";

function lockDataDir(dataDir: string) {
  try {
    makeFolder(dataDir);
    return acquireLock(path.join(dataDir, "lock"));
  } catch (error) {
    throw new StartRefusal(`DATA_DIR ${dataDir} cannot be used: ${(error as Error).message}`);
  }
}

const tell = (line: string) => void process.stderr.write(`· ${line}\n`);

/**
 * Runs a command with the database of this installation: `DATABASE_URL`, else the running embedded one, else the
 * embedded one started for the moment.
 *
 * @throws {StartRefusal} when there is none that can be reached.
 */
export async function withDatabaseUrl<T>(env: Env, use: (url: string) => Promise<T>): Promise<T> {
  if (env.databaseUrl) return use(env.databaseUrl);
  const lock = lockDataDir(env.dataDir);
  if (lock.heldBy !== undefined) {
    const url = findEmbeddedDatabaseUrl(env.dataDir);
    if (url) return use(url);
    throw new StartRefusal(`the database of ${env.dataDir} is being created; try again in a moment`);
  }
  try {
    const database = await startEmbeddedDatabase({ dataDir: env.dataDir, log: tell });
    try {
      return await use(database.url);
    } finally {
      await database.stop();
    }
  } finally {
    lock.release();
  }
}

/** The same, migrated and with a master key, as a use case takes it; with the migrations that were applied for it. */
export async function withContext<T>(
  env: Env,
  use: (ctx: Context, applied: readonly string[]) => Promise<T>,
): Promise<T> {
  return withDatabaseUrl(env, async (url) => {
    const applied = await migrate(url, { log: tell });
    await ensureMasterKey(env, url);
    const db: Database = openDatabase({
      url,
      role: "app",
      maxConnections: 2,
      applicationName: "tokenwarden command line",
    });
    try {
      return await use(systemContext(db, "command line"), applied);
    } finally {
      await db.end();
    }
  });
}
