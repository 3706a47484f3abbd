import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import pg from "pg";
import type { Env } from "#lib/env.ts";
import { getMasterKey, masterKeyFile } from "#lib/keys/master-key.ts";
import { writeDurably } from "#server/embedded-database/durable-file.ts";
import { StartRefusal } from "#server/start-refusal.ts";

async function hasWrappedKeys(databaseUrl: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ found: boolean }>(
      "SELECT EXISTS (SELECT FROM signing_key) AS found",
    );
    return rows[0]?.found === true;
  } finally {
    await client.end();
  }
}

/**
 * Sees that there is a master key. For a new embedded database one is made, in the file `master-key` of the data
 * folder. It is never made where keys are wrapped already, which no new one could open, nor for a database of the
 * operator's own, which may be shared by several machines.
 *
 * @throws {StartRefusal} when there is none and none may be made.
 * @throws {MasterKeyError} when the file does not hold a key.
 */
export async function ensureMasterKey(env: Env, databaseUrl: string): Promise<void> {
  const file = masterKeyFile(env);
  if (env.masterKey || existsSync(file)) {
    getMasterKey(env);
    return;
  }
  if (await hasWrappedKeys(databaseUrl)) {
    throw new StartRefusal(
      `the database holds keys wrapped with a master key, but neither MASTER_KEY nor ${file} is there; restore it (nothing was changed)`,
    );
  }
  if (env.databaseUrl) {
    throw new StartRefusal("MASTER_KEY must be set when DATABASE_URL is (openssl rand -base64 32)");
  }
  writeDurably(file, `${randomBytes(32).toString("base64")}\n`);
}
