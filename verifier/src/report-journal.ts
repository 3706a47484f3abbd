import { constants } from "node:fs";
import { type FileHandle, open, readFile, rename, rm, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { linesOf } from "./event-stream.ts";
import type { Report } from "./report.ts";

/** Bytes at which a file is written anew without what is done: where all of it is, and where it has doubled since. */
const COMPACT_EMPTY_AT = 1024 * 1024;
const COMPACT_AT = 16 * 1024 * 1024;

type Waiting = { text: string; isSynced: boolean; resolve(): void; reject(error: unknown): void };

/**
 * Reports that wait, in a file of their own: a line each, and a line for how many of the first are done. What is written together shares one
 * write and one `fdatasync`. A line that a crash cut, or that cannot be read, keeps its place: the count then lets go of too few, never of too
 * many, and what is sent again is recorded once.
 */
export class ReportJournal {
  readonly #path: string;
  #file: FileHandle;
  #size: number;
  /** Bytes after it was last written anew. */
  #base: number;
  #queue: Waiting[] = [];
  #writing: Promise<void> | null = null;

  private constructor(path: string, file: FileHandle, size: number) {
    this.#path = path;
    this.#file = file;
    this.#size = size;
    this.#base = size;
  }

  /**
   * Opens a file, new or left by a process that is gone, and reads what waits in it.
   *
   * @returns the journal, the reports in their order, and how many lines could not be read.
   * @throws where another live process has it, or it cannot be opened.
   */
  static async open(
    path: string,
  ): Promise<{ journal: ReportJournal; reports: Report[]; unreadable: number }> {
    await takeLock(`${path}.lock`);
    const { reports, unreadable } = await readReports(path);
    await rewrite(path, reports);
    const file = await open(path, constants.O_APPEND | constants.O_CREAT | constants.O_WRONLY, 0o600);
    const { size } = await file.stat();
    return { journal: new ReportJournal(path, file, size), reports, unreadable };
  }

  /** @returns when the report is written; on the disk, safe from a power cut, where `isSynced`, else with the system, safe from the end of this process. */
  append(report: Report, isSynced: boolean): Promise<void> {
    return this.#write(`${JSON.stringify(report)}\n`, isSynced);
  }

  /**
   * Notes that the first `count` reports of the file are done. `left` says which wait, at the moment when it is asked.
   *
   * @returns whether the file was written anew: then all that wait are in it, whether they were before or not.
   */
  async done(count: number, left: () => readonly Report[]): Promise<boolean> {
    const isWorthIt =
      this.#size > Math.max(COMPACT_AT, this.#base * 2) ||
      (this.#size > COMPACT_EMPTY_AT && left().length === 0);
    if (isWorthIt) await this.#compact(left);
    else if (count > 0) await this.#write(`${JSON.stringify({ done: count })}\n`, false);
    return isWorthIt;
  }

  #write(text: string, isSynced: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ text, isSynced, resolve, reject });
      this.#writing ??= this.#drain().finally(() => {
        this.#writing = null;
      });
    });
  }

  async #drain(): Promise<void> {
    // what comes in the same turn shares the write
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      try {
        const text = Buffer.from(batch.map((one) => one.text).join(""));
        for (let at = 0; at < text.length; )
          at += (await this.#file.write(text, at, text.length - at)).bytesWritten;
        this.#size += text.length;
        if (batch.some((one) => one.isSynced)) await this.#file.datasync();
        for (const one of batch) one.resolve();
      } catch (error) {
        // half a line would swallow the next one; where it cannot be taken away it is ended
        await this.#file.truncate(this.#size).catch(() => this.#file.write("\n").catch(() => undefined));
        for (const one of batch) one.reject(error);
      }
    }
  }

  /** The file anew, with nothing but what waits; the old one stands until the new one is on the disk. */
  async #compact(left: () => readonly Report[]): Promise<void> {
    while (this.#writing !== null) await this.#writing;
    const work = (async () => {
      // what is appended from here on waits in the queue, and may be in `left` already: twice is recorded once
      await rewrite(this.#path, left());
      const old = this.#file;
      this.#file = await open(this.#path, constants.O_APPEND | constants.O_WRONLY);
      this.#size = (await this.#file.stat()).size;
      this.#base = this.#size;
      await old.close();
    })();
    this.#writing = work;
    try {
      await work;
    } finally {
      this.#writing = null;
      if (this.#queue.length > 0)
        this.#writing = this.#drain().finally(() => {
          this.#writing = null;
        });
    }
  }

  async close(): Promise<void> {
    while (this.#writing !== null) await this.#writing;
    await this.#file.datasync().catch(() => undefined);
    await this.#file.close();
    held.delete(`${this.#path}.lock`);
    await rm(`${this.#path}.lock`, { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** Paths that this process has open: its own number in a lock does not tell it from its predecessor's in a container. */
const held = new Set<string>();

async function takeLock(path: string): Promise<void> {
  try {
    await writeFile(path, String(process.pid), { flag: "wx", mode: 0o600 });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    const pid = Number((await readFile(path, "utf8").catch(() => "")).trim());
    const isOther = Number.isInteger(pid) && pid > 0 && pid !== process.pid && isAlive(pid);
    if (isOther || held.has(path))
      throw new Error(`another process (${pid}) has its reports in this file: ${path}`);
    await writeFile(path, String(process.pid));
  }
  held.add(path);
}

async function readReports(path: string): Promise<{ reports: Report[]; unreadable: number }> {
  let file: FileHandle;
  try {
    file = await open(path, "r");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return { reports: [], unreadable: 0 };
    throw error;
  }
  const places: (Report | null)[] = [];
  let done = 0;
  try {
    for await (const line of linesOf(file.createReadStream({ autoClose: false }), { isFatal: false })) {
      if (line === "") continue;
      const entry = parseLine(line);
      if (entry !== null && "done" in entry) done += entry.done;
      else places.push(entry);
    }
  } finally {
    await file.close();
  }
  const left = places.slice(done);
  const reports = left.filter((one) => one !== null);
  return { reports, unreadable: left.length - reports.length };
}

function parseLine(line: string): Report | { done: number } | null {
  try {
    const value = JSON.parse(line) as Record<string, unknown>;
    if (typeof value.done === "number") return { done: value.done };
    return typeof value.id === "string" && typeof value.token === "string" ? (value as Report) : null;
  } catch {
    return null;
  }
}

async function rewrite(path: string, reports: readonly Report[]): Promise<void> {
  const next = `${path}.next`;
  const file = await open(next, "w", 0o600);
  try {
    const STEP = 1_000;
    for (let at = 0; at < reports.length; at += STEP) {
      const lines = reports.slice(at, at + STEP).map((report) => `${JSON.stringify(report)}\n`);
      await file.write(lines.join(""));
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  await rename(next, path);
  await syncFolder(path);
}

/** A new name is on the disk when its folder is; some systems open no folder, and need none to be told. */
async function syncFolder(file: string): Promise<void> {
  const folder = await open(dirname(file), "r").catch(() => null);
  await folder?.sync().catch(() => undefined);
  await folder?.close();
}
