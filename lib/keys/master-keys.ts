import { createHmac } from "node:crypto";
import { readFileSync } from "node:fs";
import path from "node:path";
import type { Env } from "../env.ts";

/** There is no usable master key. `message` is one line for a person. */
export class MasterKeyError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "MasterKeyError";
  }
}

/**
 * The master keys that this process may use, 32 bytes each: the one that it was given, then the one that is to follow it. A file is read anew each
 * time, so that a process that runs takes a new key without being started again.
 */
export type MasterKeys = () => readonly [Buffer, ...Buffer[]];

type KeyEnv = Pick<Env, "dataDir" | "masterKey" | "masterKeyNext" | "masterKeyFile">;

/** Where the key is kept when the environment does not give it. */
export function masterKeyFile(env: Pick<Env, "dataDir" | "masterKeyFile">): string {
  return env.masterKeyFile ?? path.join(env.dataDir, "master-key");
}

/** Where the key that is to follow lies while keys are re-wrapped, and after a re-wrapping that was killed. */
export function nextMasterKeyFile(env: Pick<Env, "dataDir" | "masterKeyFile">): string {
  return `${masterKeyFile(env)}.next`;
}

/** Names a master key without telling anything of it: 16 hexadecimal digits. */
export function masterKeyId(key: Buffer): string {
  return createHmac("sha256", key).update("tokenwarden master key id v1").digest("hex").slice(0, 16);
}

/**
 * A master key's file.
 *
 * @returns null where there is none.
 * @throws {MasterKeyError} when it does not hold a key.
 */
export function readMasterKeyFile(file: string): Buffer | null {
  let content: string;
  try {
    content = readFileSync(file, "utf8").trim();
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === "ENOENT") return null;
    throw new MasterKeyError(`${file} cannot be read; restore it`, cause);
  }
  const key = Buffer.from(content, "base64");
  if (key.length !== 32 || key.toString("base64") !== content)
    throw new MasterKeyError(`${file} does not hold a master key of 32 bytes in base64; restore it`);
  return key;
}

/** Keys that do not change while the process runs. */
export function fixedMasterKeys(...keys: [Buffer, ...Buffer[]]): MasterKeys {
  return () => keys;
}

/**
 * The master keys of this process: `MASTER_KEY` and `MASTER_KEY_NEXT`, else the file of `MASTER_KEY_FILE` or the data folder, and the one beside it.
 *
 * @throws {MasterKeyError} when there is none, or a file does not hold a key.
 */
export function openMasterKeys(env: KeyEnv): MasterKeys {
  const next = env.masterKeyNext === undefined ? [] : [env.masterKeyNext];
  if (env.masterKey) return fixedMasterKeys(env.masterKey, ...next);
  const file = masterKeyFile(env);
  let last: readonly [Buffer, ...Buffer[]] | null = null;
  function read(): readonly [Buffer, ...Buffer[]] {
    // the next one first: where it takes the other's place in between, it is read twice rather than not at all
    const following = readMasterKeyFile(nextMasterKeyFile(env));
    const key = readMasterKeyFile(file);
    if (key === null) throw new MasterKeyError(`there is no master key: set MASTER_KEY, or restore ${file}`);
    return [key, ...(following === null ? [] : [following]), ...next];
  }
  const keys = () => {
    try {
      last = read();
    } catch (error) {
      // whoever runs goes on with what it read before
      if (last === null) throw error;
    }
    return last as readonly [Buffer, ...Buffer[]];
  };
  keys();
  return keys;
}
