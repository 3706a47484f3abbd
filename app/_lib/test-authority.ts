import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import path from "node:path";
import { freePort } from "#lib/test-port.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

export type TestAuthority = { url: string; stop(): Promise<void> };

async function untilReady(url: string, hasEnded: () => boolean): Promise<void> {
  const deadline = Date.now() + 45_000;
  while (Date.now() < deadline && !hasEnded()) {
    const response = await fetch(`${url}/readyz`).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the authority does not answer");
}

/** The machine-facing door on the same database, in a process of its own: what the console did is asked of it. */
export async function startTestAuthority(databaseUrl: string): Promise<TestAuthority> {
  const [port, metricsPort] = [await freePort(), await freePort()];
  const url = `http://127.0.0.1:${port}`;
  const child = spawn(
    path.join(ROOT, "node_modules/.bin/node"),
    [path.join(ROOT, "server/authority/main.ts")],
    {
      cwd: ROOT,
      stdio: ["ignore", "ignore", "inherit"],
      env: {
        PATH: process.env.PATH ?? "",
        NODE_ENV: "production",
        DATABASE_URL: databaseUrl,
        MASTER_KEY: randomBytes(32).toString("base64"),
        AUTHORITY_PORT: String(port),
        METRICS_PORT: String(metricsPort),
        AUTHORITY_ISSUER: url,
        LOG_LEVEL: "warn",
      },
    },
  );
  const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  const stop = async () => {
    child.kill("SIGTERM");
    await ended;
  };
  try {
    await untilReady(url, () => child.exitCode !== null);
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}
