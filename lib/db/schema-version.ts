import pg from "pg";
import { listMigrationNames } from "./migration-files.ts";
import type { Sql } from "./sql.ts";

/** A database that this version cannot work with. `message` is one line for a person. */
export class SchemaRefusal extends Error {
  override name = "SchemaRefusal";
}

const UNDEFINED_TABLE = "42P01";
const CHECK_MS = 1_000;

function tooNew(names: readonly string[]): SchemaRefusal {
  return new SchemaRefusal(
    `the database was migrated by a newer version (${names.join(", ")}); start that version instead`,
  );
}

/** The migrations that were applied as a whole, in order; none where there is no history. */
async function listApplied(client: pg.Client): Promise<string[]> {
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT migration_name AS name FROM _prisma_migrations
       WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL ORDER BY migration_name`,
    );
    return rows.map((row) => row.name);
  } catch (error) {
    if ((error as { code?: string }).code === UNDEFINED_TABLE) return [];
    throw error;
  }
}

async function findFloor(sql: Sql): Promise<string> {
  const [row] = await sql.query<{ oldest: string }>("SELECT oldest FROM schema_floor");
  if (row === undefined) throw new SchemaRefusal("the database does not say which versions may run on it");
  return row.oldest;
}

/**
 * Sees before a process begins its work that the database has every migration of this version, and none that this version cannot live with.
 *
 * @throws {SchemaRefusal} when the database cannot be reached, is behind this version, or ahead of it by a migration that old processes must not meet.
 */
export async function requireKnownSchema(url: string, migrationsDir?: string): Promise<void> {
  const known = listMigrationNames(migrationsDir);
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  client.on("error", () => {});
  try {
    await client.connect();
  } catch (cause) {
    throw new SchemaRefusal(`the database cannot be reached: ${(cause as Error).message}`, { cause });
  }
  try {
    const applied = await listApplied(client);
    const missing = known.filter((name) => !applied.includes(name));
    if (missing.length > 0)
      throw new SchemaRefusal(
        `the database lacks ${missing.length === known.length ? "its schema" : missing.join(", ")}; migrate it first (npx tokenwarden db migrate)`,
      );
    const sql = { query: async (text: string) => (await client.query(text)).rows } as Sql;
    if ((await findFloor(sql)) > (known.at(-1) ?? ""))
      throw tooNew(applied.filter((name) => !known.includes(name)));
  } finally {
    await client.end().catch(() => {});
  }
}

export type SchemaWatchOptions = {
  db: Sql;
  /** Called once. */
  onRefusal(refusal: SchemaRefusal): void;
  migrationsDir?: string;
};

/** Looks every second whether a migration has landed that this process must not go on beside. A database that does not answer says nothing. */
export function watchSchema({ db, onRefusal, migrationsDir }: SchemaWatchOptions): { stop(): void } {
  const last = listMigrationNames(migrationsDir).at(-1) ?? "";
  let isAsking = false;
  const timer = setInterval(async () => {
    if (isAsking) return;
    isAsking = true;
    try {
      const floor = await findFloor(db);
      if (floor <= last) return;
      clearInterval(timer);
      onRefusal(tooNew([floor]));
    } catch {
      // whoever asks the database for its work says that it is away
    } finally {
      isAsking = false;
    }
  }, CHECK_MS);
  timer.unref();
  return { stop: () => clearInterval(timer) };
}
