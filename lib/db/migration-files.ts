import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import type { MigrationList, SchemasContainer } from "@prisma/schema-engine-wasm";

const prismaDir = path.resolve(import.meta.dirname, "../../prisma");

function readOrError(
  file: string,
): MigrationList["migrationDirectories"][number]["migrationFile"]["content"] {
  try {
    return { tag: "ok", value: readFileSync(file, "utf8") };
  } catch (error) {
    return { tag: "error", value: (error as Error).message };
  }
}

const ours = path.join(prismaDir, "migrations");

/** The names of the migrations of a folder, in order. */
export function listMigrationNames(migrationsDir = ours): string[] {
  return readdirSync(migrationsDir, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** The migrations of a folder, in order, as the schema engine takes them. */
export function readMigrations(migrationsDir = ours): MigrationList {
  const names = listMigrationNames(migrationsDir);
  return {
    baseDir: migrationsDir,
    lockfile: {
      path: "migration_lock.toml",
      content: readFileSync(path.join(migrationsDir, "migration_lock.toml"), "utf8"),
    },
    shadowDbInitScript: "",
    migrationDirectories: names.map((name) => ({
      path: name,
      migrationFile: {
        path: "migration.sql",
        content: readOrError(path.join(migrationsDir, name, "migration.sql")),
      },
    })),
  };
}

/** The Prisma schema of this version, as the schema engine takes it. */
export function readSchema(): SchemasContainer {
  const schemaDir = path.join(prismaDir, "schema");
  const names = readdirSync(schemaDir).filter((name) => name.endsWith(".prisma"));
  return {
    files: names.sort().map((name) => ({
      path: path.join(schemaDir, name),
      content: readFileSync(path.join(schemaDir, name), "utf8"),
    })),
  };
}
