import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

interface Entry {
  optionalDependencies?: Record<string, string>;
}

const file = path.resolve(import.meta.dirname, "../../package-lock.json");
const { packages } = JSON.parse(readFileSync(file, "utf8")) as { packages: Record<string, Entry> };

/** Where Node would look for a package, from the folder of the one that asks. */
function isLocked(from: string, name: string): boolean {
  const parts = from === "" ? [] : from.split("/node_modules/");
  for (let depth = parts.length; depth >= 0; depth -= 1) {
    const folder = parts.slice(0, depth).join("/node_modules/");
    if (`${folder === "" ? "" : `${folder}/`}node_modules/${name}` in packages) return true;
  }
  return false;
}

// npm leaves out what a registry cannot give it, and `npm ci` then refuses the lockfile on the next machine.
it("the lockfile has the packages of every platform", () => {
  const missing = Object.entries(packages).flatMap(([from, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => !isLocked(from, name)),
  );
  expect(missing).toEqual([]);
});
