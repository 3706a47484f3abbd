import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { freePort } from "#lib/test-port.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const START_MS = 300_000;

export type RunningProduct = {
  consoleUrl: string;
  authorityUrl: string;
  metricsUrl: string;
  /** The one-time token of the link that the start printed. */
  setupToken: string;
  dataDir: string;
  /** Everything that came to the terminal. */
  terminal(): string;
  stop(): Promise<void>;
};

function untilReady(child: ChildProcess, terminal: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`${why}:\n${terminal()}`));
    const timer = setTimeout(() => fail("the product is not ready in time"), START_MS);
    child.once("exit", (code) => fail(`the product ended with ${code}`));
    child.stdout?.on("data", () => {
      if (!terminal().includes("tokenwarden ready")) return;
      clearTimeout(timer);
      resolve();
    });
  });
}

/** The whole product as `npm start` runs it, on an empty data folder and free ports, talking as much as it can. */
export async function startProduct(settings: Readonly<Record<string, string>> = {}): Promise<RunningProduct> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "tokenwarden-secrets-"));
  const [consolePort, authorityPort, metricsPort] = [await freePort(), await freePort(), await freePort()];
  const child = spawn(process.execPath, ["server/start.mjs"], {
    cwd: ROOT,
    stdio: ["ignore", "pipe", "pipe"],
    env: {
      ...(process.env as NodeJS.ProcessEnv),
      NODE_ENV: "production",
      CONSOLE_PORT: String(consolePort),
      AUTHORITY_PORT: String(authorityPort),
      METRICS_PORT: String(metricsPort),
      DATA_DIR: dataDir,
      DATABASE_URL: "",
      LOG_LEVEL: "trace",
      DEBUG: "*",
      ...settings,
    },
  });
  let text = "";
  for (const stream of [child.stdout, child.stderr])
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      text += chunk;
    });
  await untilReady(child, () => text);
  return {
    consoleUrl: `http://localhost:${consolePort}`,
    authorityUrl: `http://localhost:${authorityPort}`,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    setupToken: /\/setup\?token=(\S+)/.exec(text)?.[1] ?? "",
    dataDir,
    terminal: () => text,
    async stop() {
      if (child.exitCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill("SIGTERM");
      await ended;
    },
  };
}
