import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";

/** Nothing in it knows where it is: it may be copied to another checkout. */
const BUILDS = path.resolve(import.meta.dirname, "../../.cache/bench-peers");

/** The folder of a finished build; null: there is none. */
export function findBuild(name: string): string | null {
  const folder = path.join(BUILDS, name);
  return existsSync(folder) ? folder : null;
}

/** Builds into a folder that gets its name only when all of it is there. */
export async function keepBuild(
  name: string,
  build: (folder: string, logFile: string) => Promise<void>,
): Promise<string> {
  const found = findBuild(name);
  if (found !== null) return found;
  const folder = path.join(BUILDS, name);
  const unfinished = path.join(BUILDS, `${name}.part`);
  const logFile = path.join(BUILDS, `${name}.log`);
  rmSync(unfinished, { recursive: true, force: true });
  rmSync(logFile, { force: true });
  mkdirSync(unfinished, { recursive: true });
  await build(unfinished, logFile);
  renameSync(unfinished, folder);
  return folder;
}
