import { closeSync, copyFileSync, fstatSync, openSync, readSync, statSync, truncateSync } from "node:fs";

const MAX_BYTES = 10 * 1024 * 1024;
const TAIL_BYTES = 16 * 1024;

/** Keeps a log that another process appends to within bounds: what was there moves to `<file>.1`. */
export function boundLog(file: string, maxBytes = MAX_BYTES): void {
  try {
    if (statSync(file).size <= maxBytes) return;
    copyFileSync(file, `${file}.1`);
    truncateSync(file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
  }
}

function readTail(file: string, from: number): string {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const start = Math.max(from, size - TAIL_BYTES);
    const tail = Buffer.alloc(Math.max(0, size - start));
    readSync(descriptor, tail, 0, tail.length, start);
    return tail.toString("utf8");
  } finally {
    closeSync(descriptor);
  }
}

/** Why a server ended, from its log after byte `from`: the last fatal or erroneous line, else the last one. */
export function findLastComplaint(file: string, from = 0): string | null {
  const lines = readTail(file, from)
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("pg_ctl:") && !line.startsWith("Examine the log"));
  const complaint = lines.findLast((line) => /\b(PANIC|FATAL|ERROR):|error:/.test(line)) ?? lines.at(-1);
  return complaint?.replace(/^\d{4}-\d\d-\d\d [\d:.]+ \w+ \[\d+\] /, "") ?? null;
}
