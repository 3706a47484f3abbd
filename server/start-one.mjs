// `npm run start:console`, `start:authority`, `start:worker`: one part alone, for a deployment over several machines.
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { SetupError } from "./setup/console-lines.mjs";
import { STOP_SIGNALS, stopWithLauncher } from "./setup/launcher.mjs";
import { NODE, ROOT } from "./setup/paths.mjs";
import { prepare } from "./setup/prepare.mjs";

stopWithLauncher();
const name = process.argv[2];
try {
  await prepare({ build: name === "console" });
} catch (error) {
  process.stderr.write(`tokenwarden: ${error instanceof SetupError ? error.message : error.stack}\n`);
  process.exit(1);
}
const flags =
  name === "authority"
    ? JSON.parse(readFileSync(path.join(ROOT, "server/authority/node-flags.json"), "utf8"))
    : [];
const child = spawn(NODE, [...flags, path.join(ROOT, "server/supervisor/run-one.ts"), name], {
  detached: true,
  // libraries' own tracing writes headers, cookies and addresses with passwords whole
  env: { ...process.env, DEBUG: undefined, NODE_DEBUG: undefined },
  stdio: ["inherit", "inherit", "inherit", "ipc"],
});
for (const signal of STOP_SIGNALS) process.on(signal, () => child.kill(signal));
child.once("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
