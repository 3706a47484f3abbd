// What a version with other migrations would do at its start: `node migrate-folder.ts <url> <folder>`.
import { migrate } from "#lib/db/migrate.ts";

const [url = "", migrationsDir = ""] = process.argv.slice(2);
try {
  const applied = await migrate(url, { migrationsDir, log: (line) => process.stdout.write(`${line}\n`) });
  process.stdout.write(`applied ${applied.length}\n`);
  process.exit(0);
} catch (error) {
  process.stderr.write(`${(error as Error).message}\n`);
  process.exit(1);
}
