import { existsSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { ensureTool, FAKETIME } from "#server/dev/ensure-tool.mjs";

/** The library that stands between a process and its clock; its own command knows where, we look where distributions put it. Null: there is none, and the test is "not run". */
export function findFakeClock(): string | null {
  if (process.platform !== "linux" || ensureTool(FAKETIME) === null) return null;
  for (const folder of ["/usr/lib", "/usr/lib64"].filter(existsSync))
    for (const name of [".", ...readdirSync(folder)]) {
      const file = path.join(folder, name, "faketime/libfaketimeMT.so.1");
      if (existsSync(file)) return file;
    }
  return null;
}

/** What a process is started with whose wall clock a file sets: "+3h". Its monotonic clock goes on as it was. */
export function fakeClockEnv(library: string, file: string): Record<string, string> {
  return {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: "1",
    FAKETIME_DONT_FAKE_MONOTONIC: "1",
    DONT_FAKE_MONOTONIC: "1",
  };
}

/** Puts the wall clocks that a file sets off by so much from now on. */
export function setFakeClock(file: string, offset: string): void {
  writeFileSync(`${file}.new`, `${offset}\n`);
  renameSync(`${file}.new`, file);
}
