// `npm run bench -- <what> …`: sets up what is missing, then runs the benchmark.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { SetupError } from "../setup/console-lines.mjs";
import { NODE, ROOT } from "../setup/paths.mjs";
import { prepare } from "../setup/prepare.mjs";

const entry = path.join(ROOT, "bench/main.ts");
try {
  await prepare();
} catch (error) {
  process.stderr.write(`bench: ${error instanceof SetupError ? error.message : error.stack}\n`);
  process.exit(1);
}
if (!existsSync(entry)) {
  process.stderr.write("bench: there are no benchmarks yet\n");
  process.exit(1);
}
const child = spawn(NODE, [entry, ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, NODE_ENV: "production" },
});
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.once("exit", (code, signal) => process.exit(code ?? (signal ? 1 : 0)));
