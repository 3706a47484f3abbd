import { readFileSync } from "node:fs";
import path from "node:path";
import type { Env } from "#lib/env.ts";

/** There is no usable master key. `message` is one line for a person. */
export class MasterKeyError extends Error {
  constructor(message: string, cause?: unknown) {
    super(message, { cause });
    this.name = "MasterKeyError";
  }
}

/** Where the key is kept when the environment does not give it. */
export function masterKeyFile(env: Pick<Env, "dataDir">): string {
  return path.join(env.dataDir, "master-key");
}

/**
 * The 32 bytes that wrap every secret in the database: `MASTER_KEY`, else the file in the data folder.
 *
 * @throws {MasterKeyError} when there is neither, or the file does not hold a key.
 */
export function getMasterKey(env: Pick<Env, "dataDir" | "masterKey">): Buffer {
  if (env.masterKey) return env.masterKey;
  const file = masterKeyFile(env);
  let content: string;
  try {
    content = readFileSync(file, "utf8").trim();
  } catch (cause) {
    throw new MasterKeyError(`there is no master key: set MASTER_KEY, or restore ${file}`, cause);
  }
  const key = Buffer.from(content, "base64");
  if (key.length !== 32 || key.toString("base64") !== content) {
    throw new MasterKeyError(`${file} does not hold a master key of 32 bytes in base64; restore it`);
  }
  return key;
}
