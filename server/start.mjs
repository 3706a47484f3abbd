// `npm start`: sets up what is missing, then hands over to the supervisor. Runs on any Node from 20 on, with nothing
// but its own modules, because on a fresh clone there is nothing else yet.
import { spawn } from "node:child_process";
import { chmodSync } from "node:fs";
import path from "node:path";

const OLDEST_NODE = 20;
const RUNTIME_MAJOR = 26;
const major = Number(process.versions.node.split(".")[0]);

function refuse(line, exitCode = 1) {
  process.stderr.write(`tokenwarden: ${line}\n`);
  process.exit(exitCode);
}

if (major < OLDEST_NODE) {
  refuse(`needs Node ${OLDEST_NODE} or later to set itself up, this is ${process.version}`, 2);
}

const { SetupError } = await import("./setup/console-lines.mjs");
const { STOP_SIGNALS, stopWithLauncher } = await import("./setup/launcher.mjs");
const { acquireLock } = await import("./setup/lock.mjs");
const { makeFolder } = await import("./setup/make-folder.mjs");
const { NODE, ROOT } = await import("./setup/paths.mjs");
const { prepare } = await import("./setup/prepare.mjs");

stopWithLauncher();
// libraries' own tracing writes headers, cookies and addresses with passwords whole
delete process.env.DEBUG;
delete process.env.NODE_DEBUG;
if (process.argv.includes("--demo")) process.env.DEMO = "1";

const dataDir = path.resolve(process.env.DATA_DIR?.trim() || ".data");
let lock;
try {
  if (makeFolder(dataDir)) chmodSync(dataDir, process.getuid?.() === 0 ? 0o711 : 0o700);
  lock = acquireLock(path.join(dataDir, "lock"));
} catch (error) {
  refuse(`DATA_DIR ${dataDir} cannot be used: ${error.message}`, 2);
}
if (lock.heldBy !== undefined) {
  refuse(`is already running on ${dataDir} (process ${lock.heldBy}); stop it, or set another DATA_DIR`);
}
process.on("exit", () => lock.release());

let installed;
try {
  ({ installed } = await prepare());
} catch (error) {
  refuse(error instanceof SetupError ? error.message : error.stack);
}

const supervisor = path.join(ROOT, "server/supervisor/main.ts");
if (major === RUNTIME_MAJOR && !installed) {
  await import(supervisor);
} else {
  // The supervisor takes the lock over, and stops when this process goes. It is in a group of its own, so that it
  // gets a signal of the terminal once.
  const child = spawn(NODE, [supervisor], {
    detached: true,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  for (const signal of STOP_SIGNALS) process.on(signal, () => child.kill(signal));
  child.once("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
}
