import { spawnSync } from "node:child_process";
import { chmodSync, mkdirSync, readdirSync, rmSync, statfsSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";

/** Where Linux keeps files in memory. */
const MEMORY = "/dev/shm";
const PREFIX = "tokenwarden-tests-";
/** What a run's databases come to in the end, and what its processes and whoever else works on this machine need beside it. */
const ROOM_BYTES = 12 * 2 ** 30;
const BESIDE_BYTES = 6 * 2 ** 30;

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

/** Folders of runs that were killed hold memory. */
function sweepAbandoned() {
  for (const name of readdirSync(MEMORY)) {
    const runner = name.startsWith(PREFIX) ? Number(name.slice(PREFIX.length)) : Number.NaN;
    if (!Number.isNaN(runner) && !isAlive(runner))
      rmSync(path.join(MEMORY, name), { recursive: true, force: true });
  }
}

function hasRoom() {
  const { bavail, bsize } = statfsSync(MEMORY);
  const available = process.availableMemory?.() ?? os.freemem();
  return bavail * bsize > ROOM_BYTES && Math.min(available, os.freemem()) > ROOM_BYTES + BESIDE_BYTES;
}

/** @param {string} folder */
function runsPrograms(folder) {
  const program = path.join(folder, "program");
  writeFileSync(program, "#!/bin/sh\nexit 7\n", { mode: 0o755 });
  const { status } = spawnSync(program);
  rmSync(program);
  return status === 7;
}

/**
 * Has everything that tests write go to memory, where the machine has plenty: their databases wait for every commit to be on the disk, as ours do.
 * Elsewhere it goes to the system's folder for what is temporary.
 *
 * @returns {() => void} takes the folder away
 */
export function useMemoryFolder() {
  const folder = path.join(MEMORY, `${PREFIX}${process.pid}`);
  const remove = () => rmSync(folder, { recursive: true, force: true });
  try {
    sweepAbandoned();
    if (!hasRoom()) return () => {};
    mkdirSync(folder);
    // as /tmp: the database's own account goes through it
    chmodSync(folder, 0o1777);
    if (!runsPrograms(folder)) {
      remove();
      return () => {};
    }
  } catch {
    return () => {};
  }
  process.env.TMPDIR = folder;
  return remove;
}
