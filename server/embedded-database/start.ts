import { chmodSync, closeSync, fstatSync, mkdirSync, openSync } from "node:fs";
import path from "node:path";
import { StartRefusal } from "#server/start-refusal.ts";
import { createCluster, hasCluster } from "./cluster.ts";
import { createOwnedDatabase, createOwnerRole } from "./create-database.ts";
import { isServerAlive } from "./leftover-server.ts";
import {
  connectionUrls,
  createMemory,
  type EmbeddedDatabaseMemory,
  findMemory,
  memoryFile,
  saveMemory,
} from "./memory.ts";
import { chooseClusterDir, placeBinaries, requireOwnClusterDir } from "./placement.ts";
import { keepReserve } from "./reserve.ts";
import { type Site, startServer, stopServer, watchServer } from "./server.ts";
import { boundLog } from "./server-log.ts";
import { canEnter, getSystemUser, type SystemUser } from "./system-user.ts";

export interface EmbeddedDatabase {
  /** As owner of the product's database. */
  url: string;
  /** As superuser, of the database `postgres`. */
  adminUrl: string;
  /** The folder of its data. */
  clusterDir: string;
  /** Ends every connection and shuts the server down, data on disk; may be called twice. */
  stop(): Promise<void>;
}

async function initialize(site: Site, memory: EmbeddedDatabaseMemory): Promise<void> {
  const isInside = site.clusterDir.startsWith(site.dataDir);
  site.log(isInside ? "creating the database" : `creating the database in ${site.clusterDir}`);
  const descriptor = openSync(site.logFile, "a", 0o600);
  try {
    await createCluster({
      clusterDir: site.clusterDir,
      binaries: site.binaries,
      user: site.user,
      superuserPassword: memory.superuserPassword,
      log: { file: site.logFile, descriptor, start: fstatSync(descriptor).size },
    });
  } finally {
    closeSync(descriptor);
  }
}

function openDataDir(dataDir: string): void {
  const isRoot = process.getuid?.() === 0;
  const created = mkdirSync(dataDir, { recursive: true });
  // As root, the database's own account passes through this folder; what is secret in it has mode 0600.
  if (created) chmodSync(dataDir, isRoot ? 0o711 : 0o700);
}

/** Finds the database of a data folder, or the place for a new one. */
function findSite(
  dataDir: string,
  user: SystemUser | undefined,
): { memory: EmbeddedDatabaseMemory; clusterDir: string } {
  const inside = path.join(dataDir, "postgres");
  const remembered = findMemory(dataDir);
  if (!remembered) {
    if (hasCluster(inside)) {
      throw new StartRefusal(
        `${memoryFile(dataDir)} is missing, it holds the database's passwords; restore it (nothing was changed)`,
      );
    }
    const clusterDir = chooseClusterDir(dataDir, user);
    const memory = { ...createMemory(), ...(clusterDir ? { clusterDir } : {}) };
    saveMemory(dataDir, memory);
    return { memory, clusterDir: clusterDir ?? inside };
  }
  const clusterDir = remembered.clusterDir ?? inside;
  if (remembered.clusterDir && remembered.initializedAt) requireOwnClusterDir(clusterDir, dataDir);
  if (remembered.initializedAt && !hasCluster(clusterDir)) {
    throw new StartRefusal(
      `the database of ${dataDir} is gone from ${clusterDir}; restore it, or start with another DATA_DIR for an empty one`,
    );
  }
  if (user && !canEnter(user, path.dirname(clusterDir))) {
    throw new StartRefusal(
      `the user ${user.name} cannot enter ${path.dirname(clusterDir)}; open it and the folders above (chmod o+x)`,
    );
  }
  return { memory: remembered, clusterDir };
}

/**
 * Starts the PostgreSQL that came with the packages on `dataDir`, creating it on first use. A server that an earlier
 * run left behind is shut down first. The caller makes sure that nobody else uses the folder at the same time.
 *
 * @throws {StartRefusal} when the folder is damaged or the server does not start; nothing in it is deleted.
 */
export async function startEmbeddedDatabase(options: {
  dataDir: string;
  log?: (line: string) => void;
  /** Start the server again, on the same port, when it ends by itself. */
  restarts?: boolean;
}): Promise<EmbeddedDatabase> {
  const dataDir = path.resolve(options.dataDir);
  openDataDir(dataDir);
  const user = getSystemUser();
  const { memory, clusterDir } = findSite(dataDir, user);
  const logFile = path.join(dataDir, "postgres.log");
  const site: Site = {
    dataDir,
    clusterDir,
    binaries: placeBinaries(user),
    user,
    logFile,
    log: options.log ?? (() => {}),
  };
  boundLog(logFile);
  if (!hasCluster(clusterDir)) await initialize(site, memory);
  if (isServerAlive(clusterDir)) {
    site.log("stopping the database that an earlier run left behind");
    await stopServer(site);
  }
  const port = await startServer(site, memory.port);
  const urls = connectionUrls({ ...memory, port });
  const reserve = options.restarts ? await keepReserve(clusterDir, site.log) : null;
  let stopped: Promise<void> | undefined;
  const watch = watchServer(site, port, options.restarts ?? false, () => reserve?.release());
  const stop = () => {
    reserve?.stop();
    stopped ??= watch.end().then(() => stopServer(site));
    return stopped;
  };
  try {
    if (!memory.initializedAt) {
      await createOwnerRole(urls.adminUrl, memory.ownerPassword);
      await createOwnedDatabase(urls.adminUrl, "tokenwarden");
    }
    const initializedAt = memory.initializedAt ?? new Date().toISOString();
    if (memory.port !== port || !memory.initializedAt)
      saveMemory(dataDir, { ...memory, port, initializedAt });
  } catch (error) {
    await stop();
    throw error;
  }
  return { ...urls, clusterDir, stop };
}

/** The URL under which a running embedded database of `dataDir` was last reached, or null when there never was one. */
export function findEmbeddedDatabaseUrl(dataDir: string): string | null {
  const memory = findMemory(path.resolve(dataDir));
  return memory?.port === undefined ? null : connectionUrls(memory).url;
}
