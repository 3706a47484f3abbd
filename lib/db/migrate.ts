import { setTimeout as wait } from "node:timers/promises";
import type { DiagnoseMigrationHistoryOutput, MigrationList } from "@prisma/schema-engine-wasm";
import pg from "pg";
import { readMigrations } from "./migration-files.ts";
import { findScriptError, openSingleConnection, withSchemaEngine } from "./schema-engine.ts";

/** A database that cannot be migrated by this version. `message` is one line for a person. */
export class MigrationError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "MigrationError";
  }
}

/** Names the lock that migrators of one database wait for. */
const LOCK_KEY = 0x746f6b77;

const NO_FILTERS = { externalTables: [], externalEnums: [] };

/** A migration that says so in a line of its own runs outside of a transaction (CREATE INDEX CONCURRENTLY). */
const NO_TRANSACTION = /^-- no transaction$/m;

const CONCURRENT_INDEX = /^CREATE (?:UNIQUE )?INDEX CONCURRENTLY "(\w+)"/m;

/** A migration that says so in a line of its own leaves processes of the version before at work: they can live with what it changes. */
const BESIDE_OLDER = /^-- runs beside the version before$/m;

/**
 * How long a migration stands in the way of everybody who comes after it for a table that somebody else is at work with. Shorter than the
 * server's deadlock_timeout: of two that wait for each other the migration gives way, and nobody's request fails.
 */
const LOCK_TIMEOUT_MS = 400;
const LOCK_PAUSE_MS = 250;
const LOCK_ATTEMPTS = 100;
/** lock_not_available, deadlock_detected */
const RETRIED = new Set(["55P03", "40P01"]);

async function withMigrationLock<T>(
  url: string,
  log: (line: string) => void,
  use: () => Promise<T>,
): Promise<T> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (cause) {
    throw new MigrationError(`the database cannot be reached: ${(cause as Error).message}`, cause);
  }
  try {
    const { rows } = await client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1) AS locked", [
      LOCK_KEY,
    ]);
    if (!rows[0]?.locked) log("waiting for another migration of this database");
    // asked again and again: a statement that waits has a snapshot, and the other's CREATE INDEX CONCURRENTLY would wait for that
    for (let isOurs = rows[0]?.locked ?? false; !isOurs; ) {
      await wait(LOCK_PAUSE_MS);
      const again = await client.query<{ locked: boolean }>("SELECT pg_try_advisory_lock($1) AS locked", [
        LOCK_KEY,
      ]);
      isOurs = again.rows[0]?.locked ?? false;
    }
    return await use();
  } finally {
    await client.end().catch(() => {});
  }
}

function requireKnownHistory(diagnosis: DiagnoseMigrationHistoryOutput): void {
  const { failedMigrationNames, editedMigrationNames, history } = diagnosis;
  if (history?.diagnostic === "migrationsDirectoryIsBehind" || history?.diagnostic === "historiesDiverge") {
    const names = history.unpersistedMigrationNames.join(", ");
    throw new MigrationError(
      `the database was migrated by a newer version (${names}); start that version instead`,
    );
  }
  if (failedMigrationNames.length > 0) {
    throw new MigrationError(
      `migration ${failedMigrationNames.join(", ")} is marked as failed in this database; restore a backup from before it`,
    );
  }
  if (editedMigrationNames.length > 0) {
    throw new MigrationError(
      `migration ${editedMigrationNames.join(", ")} was changed after it was applied; put the original file back`,
    );
  }
}

/** Others held what the migration needs; it let go of all, so that they do not queue up behind it. */
class LockedOut extends Error {
  constructor(reason: Error) {
    super(reason.message, { cause: reason });
  }
}

/** From its commit on, processes that do not know this migration stop; a schema of before there was such a floor has none to raise. */
async function raiseFloor(database: pg.Pool, name: string): Promise<void> {
  const { rows } = await database.query<{ found: boolean }>(
    "SELECT to_regclass('schema_floor') IS NOT NULL AS found",
  );
  if (rows[0]?.found)
    await database.query(`UPDATE schema_floor SET oldest = GREATEST(oldest, $1 COLLATE "C")`, [name]);
}

/** Applies the next migration; it and the note that it was applied commit together, or not at all. */
async function applyNext(database: pg.Pool, migrations: MigrationList, name: string): Promise<void> {
  const upTo = migrations.migrationDirectories.filter((migration) => migration.path <= name);
  const script = scriptOf(migrations, name);
  const inTransaction = !NO_TRANSACTION.test(script);
  const migrationsList = { ...migrations, migrationDirectories: upTo };
  if (inTransaction) await database.query(`BEGIN; SET LOCAL lock_timeout = '${LOCK_TIMEOUT_MS}ms'`);
  try {
    if (!BESIDE_OLDER.test(script)) await raiseFloor(database, name);
    await withSchemaEngine({ database }, (engine) =>
      engine.applyMigrations({ migrationsList, filters: NO_FILTERS }),
    );
    if (inTransaction) await database.query("COMMIT");
  } catch (cause) {
    if (inTransaction) await database.query("ROLLBACK").catch(() => {});
    const state = inTransaction ? "the database is as before it" : "the database may hold a part of it";
    const reason = findScriptError(database) ?? (cause as Error);
    if (inTransaction && RETRIED.has((reason as { code?: string }).code ?? "")) throw new LockedOut(reason);
    const { message } = reason;
    throw new MigrationError(`migration ${name} failed: ${message.split("\n")[0]} (${state})`, cause);
  }
}

function scriptOf(migrations: MigrationList, name: string): string {
  const found = migrations.migrationDirectories.find((migration) => migration.path === name);
  return found?.migrationFile.content.tag === "ok" ? found.migrationFile.content.value : "";
}

/**
 * What was killed, or failed, while it built an index outside of a transaction begins anew: what is there of the index is dropped, whole or not.
 *
 * @returns whether there was such a migration.
 */
async function forgetBrokenOff(
  database: pg.Pool,
  migrations: MigrationList,
  failed: readonly string[],
): Promise<boolean> {
  let hasForgotten = false;
  for (const name of failed) {
    const script = scriptOf(migrations, name);
    const index = NO_TRANSACTION.test(script) ? CONCURRENT_INDEX.exec(script)?.[1] : undefined;
    if (index === undefined) continue;
    await database.query(`DROP INDEX CONCURRENTLY IF EXISTS "${index}"`);
    await withSchemaEngine({ database }, (engine) => engine.markMigrationRolledBack({ migrationName: name }));
    hasForgotten = true;
  }
  return hasForgotten;
}

async function applyPatiently(
  database: pg.Pool,
  migrations: MigrationList,
  name: string,
  log: (line: string) => void,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await applyNext(database, migrations, name);
    } catch (error) {
      if (!(error instanceof LockedOut)) throw error;
      if (attempt === LOCK_ATTEMPTS)
        throw new MigrationError(
          `migration ${name} found its tables in use for too long: ${error.message} (the database is as before it)`,
          error,
        );
      if (attempt === 1) log(`migration ${name} waits for tables that are in use`);
      await wait(LOCK_PAUSE_MS);
    }
  }
}

/**
 * Brings a database to the schema of this version, and returns the names of the migrations that were applied.
 * Idempotent; of several at once on one database, one works and the others wait. Each migration commits as a whole.
 *
 * @throws {MigrationError} when the database is newer than this version, its history was edited, or a migration fails.
 */
export async function migrate(
  url: string,
  options: { migrationsDir?: string; log?: (line: string) => void } = {},
): Promise<string[]> {
  const migrations = readMigrations(options.migrationsDir);
  const log = options.log ?? (() => {});
  return withMigrationLock(url, log, async () => {
    const database = openSingleConnection(url);
    try {
      const diagnose = () =>
        withSchemaEngine({ database }, (engine) =>
          engine.diagnoseMigrationHistory({
            migrationsList: migrations,
            optInToShadowDatabase: false,
            filters: NO_FILTERS,
          }),
        );
      let diagnosis = await diagnose();
      if (await forgetBrokenOff(database, migrations, diagnosis.failedMigrationNames))
        diagnosis = await diagnose();
      requireKnownHistory(diagnosis);
      const pending =
        diagnosis.history?.diagnostic === "databaseIsBehind" ? diagnosis.history.unappliedMigrationNames : [];
      for (const name of pending) {
        log(`applying migration ${name}`);
        await applyPatiently(database, migrations, name, log);
      }
      return pending;
    } finally {
      await database.end();
    }
  });
}
