import { stat, statfs } from "node:fs/promises";

/** How much of a database's disk is kept for what must still be written when it is full. */
export type DiskBounds = {
  /** Of the file that is given back when the database can write no more. */
  reserveBytes: number;
  /** Less free than this: the reserve is given back. More than the database's next piece of log. */
  releaseBelowBytes: number;
  /** Less free than this: nothing new is taken in. */
  refuseBelowBytes: number;
  /** More free than this: everything is taken in again. */
  resumeAboveBytes: number;
};

const MEGABYTE = 1_024 * 1_024;

/** Bounds for a disk of a size: those of a large one, and parts of a small one. */
export function diskBounds(totalBytes: number): DiskBounds {
  return {
    reserveBytes: Math.floor(Math.min(64 * MEGABYTE, totalBytes / 16)),
    releaseBelowBytes: Math.floor(Math.min(20 * MEGABYTE, totalBytes / 32)),
    refuseBelowBytes: Math.floor(Math.min(256 * MEGABYTE, totalBytes / 10)),
    resumeAboveBytes: Math.floor(Math.min(384 * MEGABYTE, totalBytes / 7)),
  };
}

export type DiskSpace = {
  /** What an ordinary account may still write. */
  freeBytes: number;
  totalBytes: number;
  /** What has yet to be taken for the reserve. */
  missingReserveBytes: number;
};

/** The file that holds the reserve of a database. */
export function reserveFileOf(databaseDir: string): string {
  return `${databaseDir}.reserve`;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch {
    return 0;
  }
}

export async function readDiskSpace(databaseDir: string): Promise<DiskSpace> {
  const { bavail, blocks, bsize } = await statfs(databaseDir);
  const totalBytes = blocks * bsize;
  const taken = await sizeOf(reserveFileOf(databaseDir));
  const missingReserveBytes = Math.max(0, diskBounds(totalBytes).reserveBytes - taken);
  return { freeBytes: bavail * bsize, totalBytes, missingReserveBytes };
}

/**
 * Whether new work is refused. In between the two bounds it stays as it was; room that the reserve has yet to take counts as taken, so that
 * work begins again when there is a reserve again.
 */
export function isRefusedAt(
  { freeBytes, totalBytes, missingReserveBytes }: DiskSpace,
  wasRefused: boolean,
): boolean {
  const { refuseBelowBytes, resumeAboveBytes } = diskBounds(totalBytes);
  return freeBytes - missingReserveBytes < (wasRefused ? resumeAboveBytes : refuseBelowBytes);
}

export type DiskWatch = {
  /** True while the database's disk is so full that only revocations may still be written. */
  readonly isFull: boolean;
  stop(): void;
};

const EVERY_MS = 250;

/**
 * Watches the disk of a database on this machine. Without a folder (a database elsewhere) it is never full here: that one says so itself,
 * statement by statement.
 */
export async function watchDisk(
  databaseDir: string | undefined,
  onChange: (isFull: boolean, space: DiskSpace) => void = () => {},
): Promise<DiskWatch> {
  if (databaseDir === undefined) return { isFull: false, stop: () => {} };
  let isFull = false;
  const look = async () => {
    try {
      const space = await readDiskSpace(databaseDir);
      const isNowFull = isRefusedAt(space, isFull);
      if (isNowFull === isFull) return;
      isFull = isNowFull;
      onChange(isFull, space);
    } catch {
      // a folder that cannot be asked says nothing about space
    }
  };
  await look();
  const timer = setInterval(() => void look(), EVERY_MS);
  timer.unref();
  return {
    get isFull() {
      return isFull;
    },
    stop: () => clearInterval(timer),
  };
}
