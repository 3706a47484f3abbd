import type pg from "pg";
import { readMigrations, readSchema } from "./migration-files.ts";
import { withSchemaEngine } from "./schema-engine.ts";

/**
 * The SQL that leads from what the migrations build to what the Prisma schema says. `shadow` is an empty database,
 * in which the migrations are run; `database` is only asked for its kind.
 */
export async function diffSchema(pools: { database: pg.Pool; shadow: pg.Pool }): Promise<string> {
  const result = await withSchemaEngine(pools, (engine) =>
    engine.diff({
      from: { tag: "migrations", ...readMigrations() },
      to: { tag: "schemaDatamodel", ...readSchema() },
      script: true,
      exitCode: null,
      filters: { externalTables: [], externalEnums: [] },
    }),
  );
  return result.stdout ?? "";
}
