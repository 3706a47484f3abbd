import { randomBytes } from "node:crypto";
import { chmodSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { basic, createCredentials } from "#bench/authority/credentials.ts";
import { seedRegistry, VERIFIER } from "#bench/authority/seed-registry.ts";
import { answers, baseEnv, startChild } from "#bench/child.ts";
import { findPorts } from "#bench/ports.ts";
import type { Context } from "#lib/context.ts";
import { systemContext } from "#lib/context.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { migrate } from "#lib/db/migrate.ts";
import { createKeyWrapper, type KeyWrapper } from "#lib/keys/key-wrapper.ts";
import { startEmbeddedDatabase } from "#server/embedded-database/start.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");
const READY_MS = 120_000;
const FLAGS = JSON.parse(
  readFileSync(path.join(ROOT, "server/authority/node-flags.json"), "utf8"),
) as string[];

/** Two authorities and a worker on one database, as `npm start` runs each. */
export type Instance = {
  db: Database;
  issuer: string;
  urls: [string, string];
  clientAuthorization: string;
  verifierSecret: string;
  wrapper: KeyWrapper;
  /** An owner of the console, now. */
  owner(): Context;
};

export async function startInstance(cacheSeconds: number, stack: AsyncDisposableStack): Promise<Instance> {
  const dataDir = mkdtempSync(path.join(tmpdir(), "tokenwarden-rotation-"));
  // the database's own account passes through it
  chmodSync(dataDir, 0o711);
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true, maxRetries: 3 }));
  const server = await startEmbeddedDatabase({ dataDir });
  stack.defer(() => server.stop());
  await migrate(server.url);
  const db = openDatabase({
    url: server.url,
    role: "app",
    maxConnections: 2,
    applicationName: "tokenwarden bench",
  });
  stack.defer(() => db.end());
  const credentials = createCredentials();
  await seedRegistry(db, credentials);
  await db.query("UPDATE verifier SET check_way = 'feed' WHERE name = $1", [VERIFIER]);
  // no JWKS was given out yet that might be kept for longer: after that, a shorter time is waited for
  await db.query("UPDATE organisation SET jwks_cache_seconds = $1::int", [cacheSeconds]);
  const masterKey = randomBytes(32);
  const ports = (await findPorts(5)) as [number, number, number, number, number];
  const urls = [`http://127.0.0.1:${ports[0]}`, `http://127.0.0.1:${ports[2]}`] as [string, string];
  const shared = {
    ...baseEnv(),
    DATABASE_URL: server.url,
    DATA_DIR: dataDir,
    MASTER_KEY: masterKey.toString("base64"),
    AUTHORITY_ISSUER: urls[0],
    CONSOLE_PORT: String(ports[4]),
    LOG_LEVEL: "warn",
  };
  for (const [index, url] of urls.entries())
    await startChild({
      name: `authority ${index + 1}`,
      command: process.execPath,
      args: [...FLAGS, path.join(ROOT, "server/authority/main.ts")],
      cwd: ROOT,
      kind: "tied",
      env: {
        ...shared,
        AUTHORITY_PORT: String(ports[index * 2]),
        METRICS_PORT: String(ports[index * 2 + 1]),
      },
      isReady: () => answers(`${url}/readyz`),
      readyWithinMs: READY_MS,
      stack,
    });
  await startChild({
    name: "worker",
    command: process.execPath,
    args: [path.join(ROOT, "server/worker/main.ts")],
    cwd: ROOT,
    kind: "tied",
    env: { ...shared, LOG_LEVEL: "info" },
    isReady: (output) => output.includes("worker ready"),
    readyWithinMs: READY_MS,
    stack,
  });
  return {
    db,
    issuer: urls[0],
    urls,
    clientAuthorization: basic(credentials.clientId, credentials.clientSecret),
    verifierSecret: credentials.verifierSecret,
    wrapper: createKeyWrapper(masterKey),
    owner: () => ({
      ...systemContext(db, "bench"),
      actor: {
        kind: "api_token",
        id: "00000000-0000-7000-8000-000000000000",
        name: "bench",
        role: "owner",
        isUnattended: true,
        personId: null,
      },
    }),
  };
}
