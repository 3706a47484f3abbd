import { chmodSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import type { AvailablePeer, MissingPeer } from "#bench/peers/available.ts";
import { POOL_SIZE, type RunningSide } from "#bench/peers/peer.ts";
import { startStock } from "#bench/peers/start-stock.ts";
import { tryOut } from "#bench/peers/try-out.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { migrate } from "#lib/db/migrate.ts";
import { type EmbeddedDatabase, startEmbeddedDatabase } from "#server/embedded-database/start.ts";
import { type Credentials, createCredentials } from "./credentials.ts";
import type { BySide, Side } from "./scenarios.ts";
import { seedPeople } from "./seed-people.ts";
import { seedRegistry } from "./seed-registry.ts";
import { seedRevoked } from "./seed-revoked.ts";
import { type Ours, startOurs } from "./start-ours.ts";

/** All servers, running on one database server with a database each. */
export type Sides = {
  /** Of ours, as its owner. */
  db: Database;
  credentials: Credentials;
  ours: Ours;
  /** In the order in which the first round loads them. */
  names: Side[];
  get(side: Side): RunningSide;
  /** Peers that did not start, or do not do the work. */
  failed: MissingPeer[];
  /** A connection of the database server, by which its processes are found. */
  databasePid: number;
};

export type SidesOptions = {
  revokedIds: number;
  /** Where the CPU profile of our authority goes; null: none is taken. */
  profileDir: string | null;
  /** Peers beside stock oidc-provider. */
  peers: readonly AvailablePeer[];
  /** Requests at a time. */
  connections: number;
  /** Who can sign in. */
  people: number;
  log(line: string): void;
  /** What is to be undone at the end, in reverse. */
  stack: AsyncDisposableStack;
};

/** A peer's own database, on the same server. */
export async function createPeerDatabase(
  { adminUrl, url }: { adminUrl: string; url: string },
  name: string,
): Promise<string> {
  const admin = new pg.Client({ connectionString: adminUrl });
  await admin.connect();
  try {
    await admin.query(`CREATE DATABASE ${name} OWNER tokenwarden`);
  } finally {
    await admin.end();
  }
  const peerUrl = new URL(url);
  peerUrl.pathname = `/${name}`;
  return peerUrl.toString();
}

/** Its settings are as they are, but for peers that need more connections than the server allows. */
async function startDatabase(
  dataDir: string,
  { peers, connections }: Pick<SidesOptions, "peers" | "connections">,
): Promise<EmbeddedDatabase> {
  const more = peers.reduce((sum, { peer }) => sum + peer.poolFor(connections) - POOL_SIZE, 0);
  const server = await startEmbeddedDatabase({ dataDir });
  if (more === 0) return server;
  try {
    const admin = new pg.Client({ connectionString: server.adminUrl });
    await admin.connect();
    const { rows } = await admin.query<{ max_connections: string }>("SHOW max_connections");
    await admin.query(`ALTER SYSTEM SET max_connections = ${Number(rows[0]?.max_connections) + more}`);
    await admin.end();
  } finally {
    await server.stop();
  }
  return startEmbeddedDatabase({ dataDir });
}

function makeDataDir(stack: AsyncDisposableStack): string {
  const dataDir = mkdtempSync(path.join(tmpdir(), "tokenwarden-bench-"));
  // the database's own account passes through it
  chmodSync(dataDir, 0o711);
  stack.defer(() => rmSync(dataDir, { recursive: true, force: true }));
  return dataDir;
}

/** Starts database, our authority and the peers, with everything in them that the load needs. */
export async function startSides(options: SidesOptions): Promise<Sides> {
  const { revokedIds, profileDir, peers, connections, people, log, stack } = options;
  const dataDir = makeDataDir(stack);
  log("starting the database");
  const server = await startDatabase(dataDir, { peers, connections });
  stack.defer(() => server.stop());
  await migrate(server.url);

  const db = openDatabase({
    url: server.url,
    role: "owner",
    maxConnections: 4,
    applicationName: "tokenwarden bench",
  });
  stack.defer(() => db.end());
  const credentials = createCredentials();
  const clientId = await seedRegistry(db, credentials);
  await seedPeople(db, credentials, people);
  if (revokedIds > 0) log(`revoking ${revokedIds} tokens in the register`);
  await seedRevoked(db, clientId, revokedIds);
  await db.query("ANALYZE");

  log("starting our authority and stock oidc-provider");
  const ours = await startOurs({ databaseUrl: server.url, dataDir, credentials, profileDir, stack });
  const stockUrl = await createPeerDatabase(server, "stock");
  const stock = await startStock({ databaseUrl: stockUrl, credentials, stack });
  const running: BySide<RunningSide> = { ours, stock };
  const failed: MissingPeer[] = [];
  for (const { peer, home } of peers) {
    log(`starting ${peer.title}`);
    const databaseUrl = await createPeerDatabase(server, peer.name);
    const own = stack.use(new AsyncDisposableStack());
    try {
      const poolSize = peer.poolFor(connections);
      const side = await peer.start({ home, databaseUrl, poolSize, credentials, people, stack: own });
      await tryOut(side, connections);
      running[peer.name] = side;
    } catch (error) {
      const why = (error as Error).message;
      log(`not run: ${peer.title}: ${why}`);
      failed.push({ peer, why });
      await own.disposeAsync();
    }
  }

  const watcher = new pg.Client({ connectionString: server.adminUrl });
  await watcher.connect();
  stack.defer(() => watcher.end());
  const { rows } = await watcher.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
  return {
    databasePid: rows[0]?.pid ?? 0,
    db,
    credentials,
    ours,
    failed,
    names: Object.keys(running) as Side[],
    get: (side) => {
      const found = running[side];
      if (found === undefined) throw new Error(`${side} is not running`);
      return found;
    },
  };
}

/** One number of our authority's metrics. */
export async function readMetric(sides: Sides, name: string): Promise<number> {
  const text = await (await fetch(sides.ours.metricsUrl)).text();
  const value = Number(new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1]);
  if (Number.isNaN(value)) throw new Error(`the metric ${name} is missing`);
  return value;
}
