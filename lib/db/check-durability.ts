import type { Sql } from "./sql.ts";

/**
 * A database that answers before it has written would make every record of a use a promise that a power cut breaks.
 *
 * @throws one clear line where `fsync` or `synchronous_commit` is off.
 */
export async function checkDurability(db: Sql): Promise<void> {
  const settings = await db.query<{ name: string; setting: string }>(
    "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')",
  );
  const off = settings.filter(
    ({ name, setting }) => setting === "off" || (name === "synchronous_commit" && setting === "local"),
  );
  const isLocal = off.every(({ name, setting }) => name === "synchronous_commit" && setting === "local");
  if (off.length > 0 && !isLocal)
    throw new Error(
      `the database is not durable: ${off.map(({ name, setting }) => `${name} is ${setting}`).join(", ")}`,
    );
}
