import { hkdfSync } from "node:crypto";
import { getEnv } from "#lib/env.ts";
import { createKeyWrapper, type KeyWrapper } from "#lib/keys/key-wrapper.ts";
import { type MasterKeys, openMasterKeys } from "#lib/keys/master-keys.ts";
import { readKeyIdInForce } from "#lib/keys/root-secret.ts";
import { getDatabase } from "./database.ts";

const store = globalThis as typeof globalThis & {
  tokenwardenMasterKeys?: MasterKeys;
  tokenwardenMasterKey?: Buffer;
};

function masterKeys(): MasterKeys {
  store.tokenwardenMasterKeys ??= openMasterKeys(getEnv());
  return store.tokenwardenMasterKeys;
}

/** The master key that this process began with: what is derived from it holds until the process ends. */
function firstMasterKey(): Buffer {
  store.tokenwardenMasterKey ??= masterKeys()()[0];
  return store.tokenwardenMasterKey;
}

/** Wraps and opens what the console keeps sealed in the database. */
export function keyWrapper(): KeyWrapper {
  return createKeyWrapper(masterKeys(), () => readKeyIdInForce(getDatabase()));
}

/** A key of one purpose, derived from the master key; good for nothing else. */
export function derivedKey(purpose: string): Buffer {
  return Buffer.from(
    hkdfSync("sha256", firstMasterKey(), Buffer.alloc(0), `tokenwarden console ${purpose}`, 32),
  );
}
