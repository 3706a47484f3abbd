import { chownSync, readFileSync, renameSync, statfsSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import path from "node:path";
import type { SystemUser } from "./system-user.ts";

const MEGABYTE = 1_024 * 1_024;

/**
 * The database's own cache, in megabytes: a sixteenth of what memory this process may use, from 128 MB to 2 GB. The machine has consoles, authorities and workers to keep
 * too, and its page cache holds the rest of what is read often. Pages are taken as they are filled.
 */
export function sharedBuffersMegabytes(
  memoryBytes = Math.min(totalmem(), process.constrainedMemory() || totalmem()),
): number {
  return Math.max(128, Math.min(2_048, Math.floor(memoryBytes / MEGABYTE / 16)));
}

/** Written anew at each start, so that a new version brings its settings along. */
function settings(port: number, totalBytes: number): string {
  // what is kept for the log on a small disk is a part of it: by itself it would fill the disk
  const walMegabytes = Math.max(64, Math.min(2_048, Math.floor(totalBytes / MEGABYTE / 6)));
  const lines: Record<string, string> = {
    listen_addresses: "'127.0.0.1'",
    port: String(port),
    unix_socket_directories: "''",
    max_connections: "100",
    shared_buffers: `${sharedBuffersMegabytes()}MB`,
    work_mem: "8MB",
    maintenance_work_mem: "128MB",
    random_page_cost: "1.1",
    fsync: "on",
    full_page_writes: "on",
    synchronous_commit: "on",
    wal_level: "replica",
    wal_compression: "on",
    max_wal_size: `${walMegabytes}MB`,
    min_wal_size: `${Math.min(128, walMegabytes / 2)}MB`,
    timezone: "'UTC'",
    log_timezone: "'UTC'",
    lc_messages: "'C'",
    log_line_prefix: "'%m [%p] '",
    log_checkpoints: "off",
    // Values of rows and texts of statements may hold personal data; an error's code and message are enough here.
    log_error_verbosity: "terse",
    log_min_error_statement: "panic",
  };
  return Object.entries(lines)
    .map(([name, value]) => `${name} = ${value}\n`)
    .join("");
}

function writeOwned(file: string, content: string, user: SystemUser | undefined): void {
  writeFileSync(file, content, { mode: 0o600 });
  if (user) chownSync(file, user.uid, user.gid);
}

function isSame(file: string, content: string): boolean {
  try {
    return readFileSync(file, "utf8") === content;
  } catch {
    return false;
  }
}

/** Settings and access rules of a cluster that was just created; an operator's own settings go below the include. */
export function writeInitialConfiguration(clusterDir: string, user: SystemUser | undefined): void {
  writeOwned(
    path.join(clusterDir, "postgresql.conf"),
    "# Tokenwarden writes tokenwarden.conf at each start. Settings of your own go below and win.\ninclude 'tokenwarden.conf'\n",
    user,
  );
  writeOwned(path.join(clusterDir, "pg_hba.conf"), "host all all 127.0.0.1/32 scram-sha-256\n", user);
}

export function writeSettings(clusterDir: string, port: number, user: SystemUser | undefined): void {
  const { blocks, bsize } = statfsSync(clusterDir);
  const file = path.join(clusterDir, "tokenwarden.conf");
  const content = settings(port, blocks * bsize);
  if (isSame(file, content)) return;
  // whole or not at all: a file cut off by a full disk would start a server with other settings
  writeOwned(`${file}.new`, content, user);
  renameSync(`${file}.new`, file);
}
