import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import { requireKnownSchema } from "#lib/db/schema-version.ts";
import { openSqlDatabase } from "#lib/db/sql-database.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { findRestore } from "#lib/restore/find-restore.ts";
import { isRestoreOpen } from "#lib/restore/watch-restore.ts";

const POLL_MS = 1_000;

/** What those who ask are told, and those who read the log. */
export const RESTORE_WORDS =
  "The database is older than the checkpoints that are kept outside of it. Until an owner has confirmed that it was restored, nothing is served.";

export type HoldOptions = {
  databaseUrl: string;
  /** Checkpoints that are kept outside of the database. */
  checkpointFile: string;
  log: Pick<Logger, "error" | "info">;
  /** Called where it holds; what it returns is awaited before this process goes on. */
  onHold?(): Promise<() => Promise<void>>;
  signal?: AbortSignal;
};

/**
 * Keeps a process from its work while a restore of the database waits to be confirmed, and finds one: before its work begins it holds the database against the
 * checkpoints that are kept outside of it.
 *
 * @throws {SchemaRefusal} where the database cannot be reached or is not of this version.
 */
export async function holdWhileRestored(options: HoldOptions): Promise<void> {
  const { databaseUrl, checkpointFile, log, onHold, signal } = options;
  await requireKnownSchema(databaseUrl);
  const db = openSqlDatabase({
    url: databaseUrl,
    role: "app",
    maxConnections: 1,
    applicationName: "tokenwarden restore",
  });
  try {
    if (!(await findRestore(db, checkpointFile))) return;
    log.error(RESTORE_WORDS);
    const release = await onHold?.();
    for (;;) {
      await wait(POLL_MS, undefined, { signal });
      try {
        if (!(await isRestoreOpen(db))) break;
      } catch (error) {
        if (!isUnavailable(error)) throw error;
      }
    }
    log.info("the restore is confirmed");
    await release?.();
  } finally {
    await db.end();
  }
}
