import { randomBytes } from "node:crypto";
import { existsSync, statSync } from "node:fs";
import pg from "pg";
import type { Env } from "#lib/env.ts";
import { DomainError } from "#lib/errors.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { type MasterKeys, masterKeyFile, nextMasterKeyFile, openMasterKeys } from "#lib/keys/master-keys.ts";
import { writeDurably } from "#server/embedded-database/durable-file.ts";
import { aloneWithMasterKey, promoteNextMasterKey } from "#server/master-key-file.ts";
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

/** A key that opens nothing would only send the authority round in circles. */
async function checkOpens(masterKeys: MasterKeys, databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ kid: string; wrapped: Buffer }>(
      "SELECT kid, private_wrapped AS wrapped FROM signing_key WHERE private_wrapped IS NOT NULL",
    );
    const wrapper = createKeyWrapper(masterKeys);
    for (const { kid, wrapped } of rows) await wrapper.unwrap(wrapped, kid);
  } catch (error) {
    if (error instanceof DomainError && error.code === "SEALED") throw new StartRefusal(error.message);
    throw error;
  } finally {
    await client.end();
  }
}

/** Ends what a re-wrapping that was killed had left to do: the file holds the key in force. A re-wrapping that wrapped nothing yet stays as it is. */
export async function finishRewrap(env: Env, databaseUrl: string): Promise<void> {
  if (env.masterKey || !existsSync(nextMasterKeyFile(env))) return;
  const client = new pg.Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ keyId: string }>(`SELECT key_id AS "keyId" FROM master_key`);
    const keyId = rows[0]?.keyId ?? null;
    // where a run is at work it ends by itself
    await aloneWithMasterKey(env, () => promoteNextMasterKey(env, keyId));
  } finally {
    await client.end();
  }
}

/** What a person should know of the master key's file: that others of this machine can read it. Null where all is well. */
export function masterKeyWarning(env: Env): string | null {
  const file = masterKeyFile(env);
  if (env.masterKey || !existsSync(file) || (statSync(file).mode & 0o077) === 0) return null;
  return `warning: other users of this machine can read ${file}; run chmod 600 on it`;
}

/**
 * Sees that there is a master key. For a new embedded database one is made, in the file `master-key` of the data
 * folder. It is never made where keys are wrapped already, which no new one could open, nor for a database of the
 * operator's own, which may be shared by several machines.
 *
 * @throws {StartRefusal} when there is none and none may be made, or when it does not open the keys that are there.
 * @throws {MasterKeyError} when the file does not hold a key.
 */
export async function ensureMasterKey(env: Env, databaseUrl: string): Promise<void> {
  const file = masterKeyFile(env);
  if (env.masterKey || existsSync(file)) {
    await checkOpens(openMasterKeys(env), databaseUrl);
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
