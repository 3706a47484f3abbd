// `npm run db:diff`: prints the SQL that leads from the migrations to the Prisma schema; with a name it is written to
// a new migration, for a person to complete.
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { diffSchema } from "#lib/db/diff-schema.ts";
import { openSingleConnection } from "#lib/db/schema-engine.ts";
import { createOwnedDatabase, urlOfDatabase } from "#server/embedded-database/create-database.ts";
import { startEmbeddedDatabase } from "#server/embedded-database/start.ts";

const name = process.argv[2];
if (name !== undefined && !/^[a-z][a-z0-9_]*$/.test(name)) {
  process.stderr.write("usage: npm run db:diff [-- name_of_the_migration]\n");
  process.exit(2);
}

const dataDir = path.join(tmpdir(), `tokenwarden-diff-${process.pid}`);
const server = await startEmbeddedDatabase({ dataDir });
let sql: string;
try {
  await createOwnedDatabase(server.adminUrl, "shadow");
  const database = openSingleConnection(server.adminUrl);
  const shadow = openSingleConnection(urlOfDatabase(server.adminUrl, "shadow"));
  try {
    sql = await diffSchema({ database, shadow });
  } finally {
    await Promise.all([database.end(), shadow.end()]);
  }
} finally {
  await server.stop();
  rmSync(dataDir, { recursive: true, force: true });
}

if (name === undefined) {
  process.stdout.write(sql);
} else {
  const stamp = new Date().toISOString().replace(/\D/g, "").slice(0, 14);
  const folder = path.resolve(import.meta.dirname, `../../prisma/migrations/${stamp}_${name}`);
  mkdirSync(folder);
  const file = path.join(folder, "migration.sql");
  writeFileSync(file, `-- What:\n-- Why:\n-- Lock:\n-- Size:\n\n${sql}`);
  process.stdout.write(`${file}\n`);
}
process.exit(0);
