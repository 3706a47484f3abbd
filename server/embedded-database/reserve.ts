import { randomFillSync } from "node:crypto";
import { closeSync, fsyncSync, openSync, rmSync, writeSync } from "node:fs";
import { diskBounds, readDiskSpace, reserveFileOf } from "#lib/db/disk-space.ts";

const CHUNK_BYTES = 1_024 * 1_024;
const WATCH_MS = 250;

/** Room on the database's disk that nothing else can take: a file beside the database, given back when it is needed. */
export type Reserve = {
  /** Gives the room back, so that the database can write what is still taken in: revocations. */
  release(): void;
  stop(): void;
};

/** Real blocks: zeros might be left out, or compressed, by a file system. */
function fill(file: string, bytes: number): void {
  const chunk = randomFillSync(Buffer.allocUnsafe(CHUNK_BYTES));
  const descriptor = openSync(file, "w", 0o600);
  try {
    for (let at = 0; at < bytes; ) at += writeSync(descriptor, chunk, 0, Math.min(CHUNK_BYTES, bytes - at));
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

/** Takes the room where it is not taken and there is enough beside it. */
async function rebuild(clusterDir: string): Promise<void> {
  const { freeBytes, totalBytes, missingReserveBytes } = await readDiskSpace(clusterDir);
  const { reserveBytes, resumeAboveBytes } = diskBounds(totalBytes);
  if (missingReserveBytes === 0 || freeBytes < resumeAboveBytes + reserveBytes) return;
  const file = reserveFileOf(clusterDir);
  try {
    fill(file, reserveBytes);
  } catch {
    // somebody else was faster: half a reserve would only be in the way
    rmSync(file, { force: true });
  }
}

/**
 * Keeps a reserve beside a database, and gives it back when next to nothing is free: PostgreSQL ends itself when it cannot write its log, and
 * needs room to come back. Taken again when there is room for it and for all else.
 */
export async function keepReserve(clusterDir: string, log: (line: string) => void): Promise<Reserve> {
  const release = () => {
    rmSync(reserveFileOf(clusterDir), { force: true });
  };
  let isLooking = false;
  const look = async () => {
    if (isLooking) return;
    isLooking = true;
    try {
      const { freeBytes, totalBytes, missingReserveBytes } = await readDiskSpace(clusterDir);
      if (missingReserveBytes === 0 && freeBytes < diskBounds(totalBytes).releaseBelowBytes) {
        release();
        log("the disk is full; the reserve is given back, so that revocations can be written");
      } else await rebuild(clusterDir);
    } catch (error) {
      log(`the database's disk cannot be watched: ${(error as Error).message}`);
    } finally {
      isLooking = false;
    }
  };
  await look();
  const timer = setInterval(() => void look(), WATCH_MS);
  timer.unref();
  return { release, stop: () => clearInterval(timer) };
}
