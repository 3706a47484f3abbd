import { spawnSync } from "node:child_process";
import { accessSync, constants, globSync } from "node:fs";
import path from "node:path";

/** @param {string} command */
function findInPath(command) {
  for (const folder of [...(process.env.PATH ?? "").split(path.delimiter), "/usr/sbin", "/usr/local/sbin"]) {
    if (folder === "") continue;
    const file = path.join(folder, command);
    try {
      accessSync(file, constants.X_OK);
      return file;
    } catch {
      // look further
    }
  }
  return null;
}

/**
 * @param {string} pattern an absolute path; a star stands for one folder, such as that of the machine's architecture
 */
const findFile = (pattern) => globSync(pattern)[0] ?? null;

/** @param {string} name */
function installPackage(name) {
  if (process.getuid?.() !== 0 || findInPath("apt-get") === null) return;
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const run = (/** @type {string[]} */ args) =>
    spawnSync("apt-get", args, { stdio: "ignore", env, timeout: 600_000 }).status === 0;
  const install = ["install", "-y", "--no-install-recommends", name];
  if (!run(install)) {
    run(["update"]);
    run(install);
  }
}

/**
 * The path of a program that a test needs, or of a part of one: one of `commands` or `files` that is installed, else, as root on a Debian-like system,
 * the distribution's package is installed. Null when it cannot be had: the test is then "not run".
 *
 * @param {{ commands?: string[], files?: string[], packageName: string }} tool
 * @returns {string | null}
 */
export function ensureTool({ commands = [], files = [], packageName }) {
  const find = () =>
    [...commands.map(findInPath), ...files.map(findFile)].find((file) => file !== null) ?? null;
  const found = find();
  if (found !== null) return found;
  installPackage(packageName);
  return find();
}

/** Chromium's engine without the windows, menus and tabs that nobody sees in a test, which cost a third of its processor time. */
export const CHROMIUM_SHELL = {
  commands: ["chromium-headless-shell"],
  packageName: "chromium-headless-shell",
};

/** A Chromium of the system, for tests in a browser where there is no shell of it. */
export const CHROMIUM = {
  commands: ["chromium", "chromium-browser", "google-chrome"],
  packageName: "chromium",
};

/** A syslog daemon, for the tests of streams to one. */
export const RSYSLOG = { commands: ["rsyslogd"], packageName: "rsyslog" };

/** What that daemon speaks TLS by. */
export const RSYSLOG_TLS = { files: ["/usr/lib/*/rsyslog/lmnsd_ossl.so"], packageName: "rsyslog-openssl" };

/** libfaketime, for the tests of a clock that jumps. */
export const FAKETIME = { commands: ["faketime"], packageName: "faketime" };
