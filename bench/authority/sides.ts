import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { answers, type Child, type Environment, startChild } from "#bench/child.ts";
import { findPorts } from "#bench/ports.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { migrate } from "#lib/db/migrate.ts";
import { startEmbeddedDatabase } from "#server/embedded-database/start.ts";
import { type Credentials, createCredentials } from "./credentials.ts";
import type { Side } from "./scenarios.ts";
import { seedRegistry } from "./seed-registry.ts";
import { seedRevoked } from "./seed-revoked.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const READY_MS = 120_000;

/** Both servers, running on one database server with a database each. */
export type Sides = {
  /** Of ours, as its owner. */
  db: Database;
  credentials: Credentials;
  urls: Record<Side, string>;
  metricsUrl: string;
  ours: Child;
  stock: Child;
  /** A connection of the database server, by which its processes are found. */
  databasePid: number;
};

export type SidesOptions = {
  revokedIds: number;
  /** Where the CPU profile of our authority goes; null: none is taken. */
  profileDir: string | null;
  log(line: string): void;
  /** What is to be undone at the end, in reverse. */
  stack: AsyncDisposableStack;
};

/** The peer's own database, on the same server. */
async function createPeerDatabase(adminUrl: string, ownerUrl: string): Promise<string> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query("CREATE DATABASE stock OWNER tokenwarden");
  } finally {
    await admin.end();
  }
  const url = new URL(ownerUrl);
  url.pathname = "/stock";
  return url.toString();
}

function makeDataDir(stack: AsyncDisposableStack): string {
  const dataDir = mkdtempSync(path.join(tmpdir(), "tokenwarden-bench-"));
  // the database's own account passes through it
  chmodSync(dataDir, 0o711);
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** Nothing of the caller's own settings reaches a server under measurement. */
function baseEnv(): Environment {
  const { PATH, HOME, TMPDIR } = process.env;
  return { PATH, HOME, TMPDIR, NODE_ENV: "production" };
}

/** Starts database, our authority and the peer, with everything in them that the load needs. */
export async function startSides({ revokedIds, profileDir, log, stack }: SidesOptions): Promise<Sides> {
  const dataDir = makeDataDir(stack);
  const [ourPort, metricsPort, stockPort] = (await findPorts(3)) as [number, number, number];
  log("starting the database");
  const server = await startEmbeddedDatabase({ dataDir });
  stack.defer(() => server.stop());
  await migrate(server.url);
  const peerUrl = await createPeerDatabase(server.adminUrl, server.url);

  const db = openDatabase({
    url: server.url,
    role: "owner",
    maxConnections: 4,
    applicationName: "tokenwarden bench",
  });
  stack.defer(() => db.end());
  const credentials = createCredentials();
  const clientId = await seedRegistry(db, credentials);
  if (revokedIds > 0) log(`revoking ${revokedIds} tokens in the register`);
  await seedRevoked(db, clientId, revokedIds);
  await db.query("ANALYZE");

  log("starting both servers");
  const urls = { ours: `http://127.0.0.1:${ourPort}`, stock: `http://127.0.0.1:${stockPort}` };
  const profiling = profileDir === null ? [] : ["--cpu-prof", `--cpu-prof-dir=${profileDir}`];
  const ours = await startChild({
    name: "authority",
    command: process.execPath,
    args: [...profiling, path.join(ROOT, "server/authority/main.ts")],
    cwd: ROOT,
    kind: "tied",
    env: {
      ...baseEnv(),
      DATABASE_URL: server.url,
      DATA_DIR: dataDir,
      AUTHORITY_PORT: String(ourPort),
      METRICS_PORT: String(metricsPort),
      MASTER_KEY: randomBytes(32).toString("base64"),
      LOG_LEVEL: "warn",
    },
    isReady: () => answers(`${urls.ours}/readyz`),
    readyWithinMs: READY_MS,
    stack,
  });
  const stock = await startChild({
    name: "stock oidc-provider",
    command: process.execPath,
    args: [path.join(ROOT, "bench/peers/stock-oidc-provider.ts")],
    cwd: ROOT,
    kind: "tied",
    env: {
      ...baseEnv(),
      DATABASE_URL: peerUrl,
      PEER_PORT: String(stockPort),
      PEER_CLIENT_ID: credentials.clientId,
      PEER_CLIENT_SECRET: credentials.clientSecret,
    },
    isReady: () => answers(`${urls.stock}/jwks`),
    readyWithinMs: READY_MS,
    stack,
  });
  const watcher = new pg.Client({ connectionString: server.adminUrl });
  await watcher.connect();
  stack.defer(() => watcher.end());
  const { rows } = await watcher.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  const databasePid = rows[0]?.pid ?? 0;
  return {
    databasePid,
    db,
    credentials,
    urls,
    metricsUrl: `http://127.0.0.1:${metricsPort}/metrics`,
    ours,
    stock,
  };
}

/** One number of our authority's metrics. */
export async function readMetric(sides: Sides, name: string): Promise<number> {
  const text = await (await fetch(sides.metricsUrl)).text();
  const value = Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  if (Number.isNaN(value)) throw new Error(`the metric ${name} is missing`);
  return value;
}
