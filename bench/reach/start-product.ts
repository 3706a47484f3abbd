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

/** What stays the same when the product is started again on its database: keys and issuer do not change. */
export type Place = {
  databaseUrl: string;
  dataDir: string;
  masterKey: string;
  ports: [authority: number, metrics: number, console: number];
};

export async function choosePlace(databaseUrl: string, dataDir: string): Promise<Place> {
  const ports = (await findPorts(3)) as Place["ports"];
  return { databaseUrl, dataDir, masterKey: randomBytes(32).toString("base64"), ports };
}

/** An authority and, where it is built, the console, as `npm start` runs them. */
export async function startProduct(place: Place, stack: AsyncDisposableStack): Promise<Product> {
  const { databaseUrl, dataDir, masterKey } = place;
  const [authorityPort, metricsPort, consolePort] = place.ports;
  const authority = `http://127.0.0.1:${authorityPort}`;
  const shared = {
    ...baseEnv(),
    DATABASE_URL: databaseUrl,
    DATA_DIR: dataDir,
    MASTER_KEY: masterKey,
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
