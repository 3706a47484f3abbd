import { spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { acquireLock } from "./lock.mjs";
import { findProcessStart } from "./process-identity.mjs";

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-lock-"));
  file = path.join(folder, "lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

function holdAs(pid: number, start: string | null): void {
  writeFileSync(file, JSON.stringify({ pid, start }));
}

describe("the lock of a folder", () => {
  it("is this process's until it is released", () => {
    const lock = acquireLock(file);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({
      pid: process.pid,
      start: findProcessStart(process.pid),
    });
    lock.release?.();
    expect(existsSync(file)).toBe(false);
  });

  it("is refused while its holder lives", () => {
    const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"]);
    try {
      holdAs(child.pid ?? 0, findProcessStart(child.pid ?? 0));
      expect(acquireLock(file).heldBy).toBe(child.pid);
      expect(acquireLock(file, { heir: child.pid }).release).toBeTypeOf("function");
    } finally {
      child.kill("SIGKILL");
    }
  });

  it("is taken over from a process that is gone, or whose number another process has now", () => {
    holdAs(2 ** 22 + 1, "gone");
    expect(acquireLock(file).release).toBeTypeOf("function");
    rmSync(file);
    holdAs(process.ppid, "started at another time");
    expect(acquireLock(file).release).toBeTypeOf("function");
  });

  it("is taken over when it was never written to the end", () => {
    writeFileSync(file, '{"pid":');
    expect(acquireLock(file).release).toBeTypeOf("function");
  });
});
