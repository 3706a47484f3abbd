import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { StartRefusal } from "#server/start-refusal.ts";
import type { Binaries } from "./binaries.ts";
import { writeInitialConfiguration } from "./configuration.ts";
import { syncFolder } from "./durable-file.ts";
import { runProgram } from "./run-program.ts";
import { findLastComplaint } from "./server-log.ts";
import type { SystemUser } from "./system-user.ts";

const MAJOR_VERSION = "18";

/**
 * Whether a database is in the folder.
 *
 * @throws {StartRefusal} when something else is in it, or a database of another version; nothing is touched.
 */
export function hasCluster(clusterDir: string): boolean {
  let names: string[];
  try {
    names = readdirSync(clusterDir);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw new StartRefusal(`${clusterDir} cannot be read: ${(error as Error).message}`, { cause: error });
  }
  if (names.length === 0) return false;
  if (!names.includes("PG_VERSION")) {
    throw new StartRefusal(
      `${clusterDir} is damaged: PG_VERSION is missing; restore the folder from a backup (nothing was changed)`,
    );
  }
  const version = readFileSync(path.join(clusterDir, "PG_VERSION"), "utf8").trim();
  if (version !== MAJOR_VERSION) {
    throw new StartRefusal(
      `${clusterDir} was made by PostgreSQL ${version || "?"}, this version brings PostgreSQL ${MAJOR_VERSION} (nothing was changed)`,
    );
  }
  return true;
}

/** Takes away what an interrupted creation left beside the folder; it was never a database. */
function removeUnfinished(clusterDir: string): void {
  const prefix = `${path.basename(clusterDir)}.new-`;
  for (const name of readdirSync(path.dirname(clusterDir))) {
    if (name.startsWith(prefix))
      rmSync(path.join(path.dirname(clusterDir), name), { recursive: true, force: true });
  }
}

/**
 * Creates a database cluster: whole, or not at all. It is made in a sibling and renamed when it is complete and on disk.
 *
 * @throws {StartRefusal} with the last line of the log when it cannot be made.
 */
export async function createCluster(options: {
  clusterDir: string;
  binaries: Binaries;
  user: SystemUser | undefined;
  superuserPassword: string;
  log: { file: string; descriptor: number; start: number };
}): Promise<void> {
  const { clusterDir, binaries, user, superuserPassword, log } = options;
  removeUnfinished(clusterDir);
  const unfinished = `${clusterDir}.new-${randomBytes(4).toString("hex")}`;
  mkdirSync(unfinished, { mode: 0o700 });
  chmodSync(unfinished, 0o700);
  const passwordFile = `${unfinished}.password`;
  writeFileSync(passwordFile, superuserPassword, { mode: 0o600 });
  if (user) {
    chownSync(unfinished, user.uid, user.gid);
    chownSync(passwordFile, user.uid, user.gid);
  }
  const args = [
    `--pgdata=${unfinished}`,
    "--username=postgres",
    "--auth=scram-sha-256",
    `--pwfile=${passwordFile}`,
  ];
  const locale = ["--encoding=UTF8", "--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"];
  const code = await runProgram(binaries.initdb, [...args, ...locale, "--data-checksums"], {
    user,
    output: log.descriptor,
  });
  rmSync(passwordFile, { force: true });
  if (code !== 0) {
    rmSync(unfinished, { recursive: true, force: true });
    const reason = findLastComplaint(log.file, log.start) ?? `initdb ended with ${code}`;
    throw new StartRefusal(
      `the database could not be created in ${clusterDir}: ${reason} (log: ${log.file})`,
    );
  }
  writeInitialConfiguration(unfinished, user);
  if (existsSync(clusterDir)) rmSync(clusterDir, { recursive: true });
  renameSync(unfinished, clusterDir);
  syncFolder(path.dirname(clusterDir));
}
