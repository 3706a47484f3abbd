import { hkdfSync } from "node:crypto";
import { getEnv } from "#lib/env.ts";
import { createKeyWrapper, type KeyWrapper } from "#lib/keys/key-wrapper.ts";
import { getMasterKey } from "#lib/keys/master-key.ts";

const store = globalThis as typeof globalThis & { tokenwardenMasterKey?: Buffer };

/** The master key of this process, read once. */
export function masterKey(): Buffer {
  store.tokenwardenMasterKey ??= getMasterKey(getEnv());
  return store.tokenwardenMasterKey;
}

/** Wraps and opens what the console keeps sealed in the database. */
export function keyWrapper(): KeyWrapper {
  return createKeyWrapper(masterKey());
}

/** A key of one purpose, derived from the master key; good for nothing else. */
export function derivedKey(purpose: string): Buffer {
  return Buffer.from(hkdfSync("sha256", masterKey(), Buffer.alloc(0), `tokenwarden console ${purpose}`, 32));
}
