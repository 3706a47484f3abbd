import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { BoundedLog } from "./bounded-log.ts";
import { isForTerminal, splitLines } from "./log-line.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-logs-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

describe("the logs of children", () => {
  it("are cut into lines, however they arrive, and an endless line is cut as well", () => {
    const lines: string[] = [];
    const splitter = splitLines((line) => lines.push(line));
    for (const chunk of ["a", "b\nc", "\n", "x".repeat(20_000), "d"]) splitter.push(chunk);
    splitter.end();
    expect(lines).toEqual(["ab", "c", "x".repeat(20_000), "d"]);
  });

  it("reach the terminal from warnings up, and whatever is complained about", () => {
    expect(isForTerminal('{"level":30,"msg":"fine"}', "stdout", false)).toBe(false);
    expect(isForTerminal('{"level":40,"msg":"careful"}', "stdout", false)).toBe(true);
    expect(isForTerminal("Next.js is here", "stdout", false)).toBe(false);
    expect(isForTerminal("Error: no", "stderr", false)).toBe(true);
    expect(isForTerminal("  ", "stderr", true)).toBe(false);
  });

  it("reach it all when a person asked for a level", () => {
    expect(isForTerminal('{"level":20,"msg":"detail"}', "stdout", true)).toBe(true);
  });

  it("never grow beyond their bound, and keep one file from before", () => {
    const file = path.join(folder, "worker.log");
    const log = new BoundedLog(file, 100);
    for (let line = 0; line < 50; line += 1) log.writeLine(`line ${line}`);
    expect(statSync(file).size).toBeLessThanOrEqual(100);
    expect(statSync(`${file}.1`).size).toBeLessThanOrEqual(100);
    expect(readFileSync(file, "utf8")).toMatch(/line 49\n$/);
  });
});
