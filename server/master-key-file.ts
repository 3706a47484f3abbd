import { randomBytes } from "node:crypto";
import { closeSync, fsyncSync, linkSync, openSync, renameSync, unlinkSync, writeSync } from "node:fs";
import path from "node:path";
import type { Env } from "#lib/env.ts";
import { masterKeyFile, masterKeyId, nextMasterKeyFile, readMasterKeyFile } from "#lib/keys/master-keys.ts";
import { syncFolder } from "#server/embedded-database/durable-file.ts";
import { acquireLock } from "#server/setup/lock.mjs";

type Place = Pick<Env, "dataDir" | "masterKeyFile">;

/**
 * Does something to the files that no other run may come between; the lock of a run that was killed counts for nothing.
 *
 * @returns null where another run is at work; nothing was done then.
 */
export async function aloneWithMasterKey<T>(
  place: Place,
  work: () => T | Promise<T>,
): Promise<{ done: T } | null> {
  const lock = acquireLock(`${masterKeyFile(place)}.lock`);
  if (lock.heldBy !== undefined) return null;
  try {
    return { done: await work() };
  } finally {
    lock.release();
  }
}

function isCode(error: unknown, code: string): boolean {
  return (error as NodeJS.ErrnoException).code === code;
}

/** Makes a file another's name, once: of two at a time the second changes nothing. */
function linkOnce(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    if (!isCode(error, "EEXIST")) throw error;
  }
}

/**
 * Keeps the key that is to follow beside the one in force, on disk when this returns, and read by every process from then on. One that is there already
 * stays: a re-wrapping that was killed may have wrapped by it.
 *
 * @returns the key that is kept.
 */
export function keepNextMasterKey(place: Place, key: Buffer): Buffer {
  const file = nextMasterKeyFile(place);
  const temporary = `${file}.${randomBytes(4).toString("hex")}.new`;
  const descriptor = openSync(temporary, "wx", 0o600);
  try {
    writeSync(descriptor, `${key.toString("base64")}\n`);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
  linkOnce(temporary, file);
  unlinkSync(temporary);
  syncFolder(path.dirname(file));
  return readMasterKeyFile(file) ?? key;
}

/**
 * Puts the key that followed in the place of the one before it, where everything is wrapped under it. The one before is kept beside it, for backups of
 * the database from before. Done twice it is done once.
 *
 * @returns where the key before is kept; null where there was nothing to do.
 */
export function promoteNextMasterKey(place: Place, keyIdInForce: string | null): string | null {
  const [file, next] = [masterKeyFile(place), nextMasterKeyFile(place)];
  const [present, following] = [readMasterKeyFile(file), readMasterKeyFile(next)];
  if (present === null || following === null || masterKeyId(following) !== keyIdInForce) return null;
  const kept = `${file}.before-${keyIdInForce}`;
  linkOnce(file, kept);
  try {
    renameSync(next, file);
  } catch (error) {
    if (!isCode(error, "ENOENT")) throw error;
  }
  syncFolder(path.dirname(file));
  return kept;
}
