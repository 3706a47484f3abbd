import { openSqlDatabase } from "#lib/db/sql-database.ts";
import type { Env } from "#lib/env.ts";
import { findRestore } from "#lib/restore/find-restore.ts";

/** Holds the database against the checkpoints that are kept outside of it, before anything is started. @returns whether a restore waits to be confirmed. */
export async function isRestored(env: Env, databaseUrl: string): Promise<boolean> {
  const db = openSqlDatabase({
    url: databaseUrl,
    role: "app",
    maxConnections: 1,
    applicationName: "tokenwarden-supervisor",
  });
  try {
    return await findRestore(db, env.checkpointFile);
  } finally {
    await db.end();
  }
}
