import { randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { answers, baseEnv, startChild } from "#bench/child.ts";
import { findPorts } from "#bench/ports.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const READY_MS = 240_000;
const FLAGS = JSON.parse(
  readFileSync(path.join(ROOT, "server/authority/node-flags.json"), "utf8"),
) as string[];

export type Product = {
  authority: string;
  /** Null where the console is not built. */
  console: string | null;
  authorityPid: number;
};

/** An authority and, where it is built, the console, as `npm start` runs them. */
export async function startProduct(options: {
  databaseUrl: string;
  dataDir: string;
  stack: AsyncDisposableStack;
}): Promise<Product> {
  const { databaseUrl, dataDir, stack } = options;
  const [authorityPort, metricsPort, consolePort] = (await findPorts(3)) as [number, number, number];
  const authority = `http://127.0.0.1:${authorityPort}`;
  const shared = {
    ...baseEnv(),
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    MASTER_KEY: randomBytes(32).toString("base64"),
    AUTHORITY_ISSUER: authority,
    LOG_LEVEL: "warn",
  };
  const child = await startChild({
    name: "authority",
    command: process.execPath,
    args: [...FLAGS, path.join(ROOT, "server/authority/main.ts")],
    cwd: ROOT,
    kind: "tied",
    env: { ...shared, AUTHORITY_PORT: String(authorityPort), METRICS_PORT: String(metricsPort) },
    isReady: () => answers(`${authority}/readyz`),
    readyWithinMs: READY_MS,
    stack,
  });
  if (!existsSync(path.join(ROOT, ".next/BUILD_ID")))
    return { authority, console: null, authorityPid: child.pid };
  const origin = `http://localhost:${consolePort}`;
  await startChild({
    name: "console",
    command: process.execPath,
    args: [path.join(ROOT, "server/console/main.ts")],
    cwd: ROOT,
    kind: "tied",
    env: { ...shared, CONSOLE_PORT: String(consolePort), CONSOLE_URL: origin },
    isReady: () => answers(`${origin}/api/health`),
    readyWithinMs: READY_MS,
    stack,
  });
  return { authority, console: origin, authorityPid: child.pid };
}
