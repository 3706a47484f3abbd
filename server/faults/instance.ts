import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { migrate } from "#lib/db/migrate.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { type People, seedPeople } from "#server/authority/engine/test-people.ts";
import { freePort, seedRegistry } from "#server/authority/test-authority.ts";
import { startEmbeddedDatabase } from "#server/embedded-database/start.ts";
import { type Process, startProcess } from "./process.ts";

export type Authority = { url: string; process: Process };

/** The product as processes, on a database of the test run or on a PostgreSQL of its own that may be killed. */
export type Instance = {
  db: Database;
  databaseUrl: string;
  /** The own PostgreSQL's data folder; null where the run's is used. */
  clusterDir: string | null;
  masterKey: Buffer;
  /** Where its workers keep checkpoints. */
  checkpointFile: string;
  issuer: string;
  authorities: Authority[];
  registry: Awaited<ReturnType<typeof seedRegistry>>;
  people: People;
  /** Starts one more, or one that was killed anew, on its own port. */
  startAuthority(port?: number): Promise<Authority>;
  startWorker(): Promise<Process>;
  stop(): Promise<void>;
};

export type InstanceOptions = {
  authorities: number;
  /** `own`: a PostgreSQL of its own, started again by itself when it dies. `operated`: one that somebody else stops and starts. */
  database?: "shared" | "own" | "operated";
  /** Settings of its authorities and workers beside the instance's own. */
  settings?: Readonly<Record<string, string>>;
};

async function openOwnDatabase(restarts: boolean) {
  const dataDir = mkdtempSync(path.join(tmpdir(), "tokenwarden-faults-"));
  const database = await startEmbeddedDatabase({ dataDir, restarts });
  try {
    await migrate(database.url);
  } catch (error) {
    await database.stop();
    throw error;
  }
  return {
    url: database.url,
    clusterDir: path.join(dataDir, "postgres"),
    async end() {
      await database.stop();
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Starts authorities that share one issuer, with a seeded registry and people. */
export async function startInstance(options: InstanceOptions): Promise<Instance> {
  const { database = "shared" } = options;
  const own = database === "shared" ? null : await openOwnDatabase(database === "own");
  const databaseUrl = own?.url ?? (await testDatabase()).url;
  const db = openDatabase({ url: databaseUrl, role: "app", maxConnections: 8, applicationName: "test" });
  const masterKey = randomBytes(32);
  const firstPort = await freePort();
  const issuer = `http://localhost:${firstPort}`;
  const checkpointDir = mkdtempSync(path.join(tmpdir(), "tokenwarden-checkpoints-"));
  const checkpointFile = path.join(checkpointDir, "checkpoints.jws");
  const processes: Process[] = [];
  const authorities: Authority[] = [];

  async function start(entry: string, env: Record<string, string>): Promise<Process> {
    const process = await startProcess(entry, {
      DATABASE_URL: databaseUrl,
      MASTER_KEY: masterKey.toString("base64"),
      AUTHORITY_ISSUER: issuer,
      ...env,
    });
    processes.push(process);
    return process;
  }

  async function startAuthority(port?: number): Promise<Authority> {
    const chosen = port ?? (await freePort());
    const process = await start("server/authority/main.ts", {
      AUTHORITY_PORT: String(chosen),
      METRICS_PORT: String(await freePort()),
      ...options.settings,
    });
    return { url: `http://localhost:${chosen}`, process };
  }

  const instance: Omit<Instance, "registry" | "people"> = {
    db,
    databaseUrl,
    clusterDir: own?.clusterDir ?? null,
    masterKey,
    checkpointFile,
    issuer,
    authorities,
    startAuthority,
    startWorker: () =>
      start("server/worker/main.ts", { CHECKPOINT_FILE: checkpointFile, ...options.settings }),
    async stop() {
      await Promise.all(processes.map((process) => process.kill()));
      await db.end();
      await own?.end();
      rmSync(checkpointDir, { recursive: true, force: true });
    },
  };
  try {
    const registry = await seedRegistry(db);
    const people = await seedPeople(db);
    for (let index = 0; index < options.authorities; index += 1)
      authorities.push(await startAuthority(index === 0 ? firstPort : undefined));
    return { ...instance, registry, people };
  } catch (error) {
    await instance.stop();
    throw error;
  }
}

/** Looks until something is so. */
export async function eventually<T>(look: () => Promise<T | undefined>, withinMs: number): Promise<T> {
  const until = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (performance.now() > until) throw new Error(`it was not so within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
