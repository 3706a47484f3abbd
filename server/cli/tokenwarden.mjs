#!/usr/bin/env node
// `npx tokenwarden …`: hands over to the command line tool on the Node that came with the packages.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { NODE, ROOT } from "../setup/paths.mjs";

if (!existsSync(NODE)) {
  process.stderr.write("tokenwarden: the packages are not installed yet; run npm start once, or npm ci\n");
  process.exit(1);
}
const child = spawn(NODE, [path.join(ROOT, "server/cli/main.ts"), ...process.argv.slice(2)], {
  stdio: "inherit",
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.once("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
