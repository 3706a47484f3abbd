import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { baseEnv, startChild } from "#bench/child.ts";
import { findPorts } from "#bench/ports.ts";
import { type DemoCredentials, demoCredentials } from "#lib/demo/credentials.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const READY_MS = 300_000;
const SEEDED_MS = 60_000;

export type Demo = {
  console: string;
  authority: string;
  owner: { email: string; password: string };
  credentials: DemoCredentials;
  /** Starts it anew on the same data and ports, with nobody at work. */
  rest(): Promise<void>;
  /** Where the worker writes signed checkpoints, out of the database's reach. */
  checkpointFile: string;
};

/** Starts the whole product with the sample organisation and its traffic, as `npm run demo` does, in a folder of its own. */
export async function startDemo(stack: AsyncDisposableStack): Promise<Demo> {
  const [consolePort, authorityPort, metricsPort] = await findPorts(3);
  const dataDir = mkdtempSync(path.join(tmpdir(), "tokenwarden-drill-"));
  // the database's own account passes through it
  chmodSync(dataDir, 0o711);
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 }));
  const owner = { email: "responder@drill.example", password: randomBytes(18).toString("base64url") };
  const start = (traffic: boolean) =>
    startChild({
      name: "the product with the sample organisation",
      command: process.execPath,
      args: [path.join(ROOT, "server/start.mjs")],
      cwd: ROOT,
      kind: "tied",
      env: {
        ...baseEnv(),
        CONSOLE_PORT: String(consolePort),
        AUTHORITY_PORT: String(authorityPort),
        METRICS_PORT: String(metricsPort),
        DATA_DIR: dataDir,
        ...(traffic ? { DEMO: "1" } : {}),
        ENVIRONMENT_NAME: "Drill",
        ADMIN_EMAIL: owner.email,
        ADMIN_PASSWORD: owner.password,
      },
      isReady: (output) => output.includes("tokenwarden ready"),
      readyWithinMs: READY_MS,
      stack,
    });
  const busy = await start(true);
  // the sample organisation is loaded once everything answers
  const file = path.join(dataDir, "demo/credentials.json");
  const until = performance.now() + SEEDED_MS;
  while (!existsSync(file)) {
    if (performance.now() > until) throw new Error("the sample organisation is not loaded");
    await wait(100);
  }
  return {
    console: `http://localhost:${consolePort}`,
    authority: `http://localhost:${authorityPort}`,
    owner,
    rest: async () => {
      await busy.stop();
      await start(false);
    },
    checkpointFile: path.join(dataDir, "checkpoints.jws"),
    credentials: demoCredentials.parse(JSON.parse(readFileSync(file, "utf8"))),
  };
}
