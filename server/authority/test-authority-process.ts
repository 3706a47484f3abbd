import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { freePort } from "#lib/test-port.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const FLAGS = JSON.parse(readFileSync(path.join(import.meta.dirname, "node-flags.json"), "utf8")) as string[];

export type AuthorityProcess = {
  url: string;
  metricsUrl: string;
  child: ChildProcess;
  /** What it wrote to its outputs so far. */
  output(): string;
  stop(): Promise<void>;
};

/** Asks again until `isDone` says yes, which it does before the deadline. */
export async function until(
  what: string,
  isDone: () => boolean | Promise<boolean>,
  timeoutMs = 30_000,
): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (!(await isDone())) {
    if (performance.now() > deadline) throw new Error(`in ${timeoutMs} ms not: ${what}`);
    await wait(25);
  }
}

/** An authority in a process of its own, as `npm start` runs it; resolves when it answers. */
export async function startAuthorityProcess(options: {
  databaseUrl: string;
  masterKey?: Buffer;
  issuer?: string;
  env?: Record<string, string>;
}): Promise<AuthorityProcess> {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    path.join(ROOT, "node_modules/.bin/node"),
    [...FLAGS, path.join(ROOT, "server/authority/main.ts")],
    {
      cwd: ROOT,
      stdio: ["ignore", "pipe", "pipe"],
      env: {
        PATH: process.env.PATH,
        NODE_ENV: "production",
        DATABASE_URL: options.databaseUrl,
        MASTER_KEY: (options.masterKey ?? randomBytes(32)).toString("base64"),
        AUTHORITY_PORT: String(port),
        METRICS_PORT: String(metricsPort),
        AUTHORITY_ISSUER: options.issuer ?? url,
        // what a product of this folder keeps is of another database
        CHECKPOINT_FILE: path.join(tmpdir(), `tokenwarden-none-${port}`, "checkpoints.jws"),
        LOG_LEVEL: "warn",
        ...options.env,
      },
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (chunk: string) => {
      output = (output + chunk).slice(-200_000);
    });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const stop = async () => {
    if (child.exitCode === null) child.kill("SIGTERM");
    const timer = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await ended;
    clearTimeout(timer);
  };
  try {
    await until("the authority answers", async () => {
      if (child.exitCode !== null) throw new Error(`the authority ended: ${output}`);
      return fetch(`${url}/healthz`).then(
        (response) => response.ok,
        () => false,
      );
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`, child, output: () => output, stop };
}
