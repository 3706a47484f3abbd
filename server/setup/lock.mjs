import { randomBytes } from "node:crypto";
import { linkSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { findProcessStart } from "./process-identity.mjs";

/** @typedef {{ pid: number, start: string | null }} Holder */

/**
 * @param {string} file
 * @returns {Holder | null}
 */
function findHolder(file) {
  try {
    const holder = JSON.parse(readFileSync(file, "utf8"));
    return Number.isInteger(holder.pid) ? holder : null;
  } catch {
    return null;
  }
}

/** @param {Holder | null} holder */
function isRunning(holder) {
  return holder !== null && holder.start !== null && findProcessStart(holder.pid) === holder.start;
}

/** Puts `temporary` in the lock's place if nobody holds it. */
function tryLink(temporary, file) {
  try {
    linkSync(temporary, file);
    return true;
  } catch (error) {
    if (error.code === "EEXIST") return false;
    throw error;
  }
}

/** Takes the lock of a process that is gone out of the way; another's that came in between is put back. */
function removeAbandoned(file, abandoned) {
  const aside = `${file}.${randomBytes(4).toString("hex")}.old`;
  try {
    renameSync(file, aside);
  } catch (error) {
    if (error.code === "ENOENT") return;
    throw error;
  }
  const moved = findHolder(aside);
  const isAnothers = moved?.pid !== abandoned?.pid || moved?.start !== abandoned?.start;
  if (isAnothers && isRunning(moved)) tryLink(aside, file);
  unlinkSync(aside);
}

/**
 * Takes a lock for this process, which holds it until `release` or until it ends, however it ends: the lock of a
 * process that is gone is taken over. `heir` names a process that hands its lock on to this one.
 *
 * @param {string} file
 * @param {{ heir?: number }} [options]
 * @returns {{ release: () => void, heldBy?: undefined } | { heldBy: number, release?: undefined }}
 */
export function acquireLock(file, options = {}) {
  const own = JSON.stringify({ pid: process.pid, start: findProcessStart(process.pid) });
  const temporary = `${file}.${randomBytes(4).toString("hex")}.new`;
  writeFileSync(temporary, own, { mode: 0o600, flush: true });
  const release = () => {
    if (findHolder(file)?.pid === process.pid) unlinkSync(file);
  };
  try {
    for (let attempt = 0; attempt < 20; attempt += 1) {
      if (tryLink(temporary, file)) return { release };
      const holder = findHolder(file);
      if (holder?.pid === process.pid) return { release };
      if (holder && holder.pid === options.heir) {
        renameSync(temporary, file);
        return { release };
      }
      if (holder && isRunning(holder)) return { heldBy: holder.pid };
      removeAbandoned(file, holder);
    }
    throw new Error(`the lock ${file} could not be taken`);
  } finally {
    try {
      unlinkSync(temporary);
    } catch {
      // it became the lock
    }
  }
}
