import { type Database, openDatabase } from "#lib/db/database.ts";
import { getEnv } from "#lib/env.ts";
import { DomainError } from "#lib/errors.ts";

// development reloads modules: the pool outlives them
const store = globalThis as typeof globalThis & { tokenwardenDatabase?: Database };

/**
 * The one database of this process, opened on first use.
 *
 * @throws {DomainError} UNAVAILABLE where DATABASE_URL is not set: `npm start` sets it.
 */
export function getDatabase(): Database {
  if (store.tokenwardenDatabase === undefined) {
    const { databaseUrl } = getEnv();
    if (databaseUrl === undefined)
      throw new DomainError("UNAVAILABLE", "The console has no database: DATABASE_URL is not set.");
    store.tokenwardenDatabase = openDatabase({
      url: databaseUrl,
      role: "app",
      maxConnections: 12,
      applicationName: "tokenwarden-console",
    });
  }
  return store.tokenwardenDatabase;
}
