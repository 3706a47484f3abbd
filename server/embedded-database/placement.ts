import { createHash, randomBytes } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { StartRefusal } from "#server/start-refusal.ts";
import { type Binaries, binariesIn, getBinaryPackage } from "./binaries.ts";
import { canEnter, canRun, type SystemUser } from "./system-user.ts";

/** Where an account that cannot enter our own folders finds what it needs. */
const OPEN_HOME = "/var/lib/tokenwarden";

function makeOpenHome(reason: string): void {
  try {
    mkdirSync(OPEN_HOME, { recursive: true });
    chmodSync(OPEN_HOME, 0o755);
  } catch (cause) {
    throw new StartRefusal(
      `${reason}, and ${OPEN_HOME} cannot be made; use a folder that every user can enter, or set DATABASE_URL`,
      { cause },
    );
  }
}

/** Lets every user read a tree that was copied from a closed one. */
function openToAll(file: string): void {
  const entry = lstatSync(file);
  if (entry.isSymbolicLink()) return;
  const isRunnable = entry.isDirectory() || (entry.mode & 0o100) !== 0;
  chmodSync(file, isRunnable ? 0o755 : 0o644);
  if (entry.isDirectory()) for (const name of readdirSync(file)) openToAll(path.join(file, name));
}

/** Copies the binaries once per version; a copy that was interrupted is never used. */
function copyBinaries(nativeDir: string, version: string, user: SystemUser): string {
  makeOpenHome(`the user ${user.name} cannot run the programs in ${nativeDir}`);
  const home = path.join(OPEN_HOME, `postgresql-${version}-${process.platform}-${process.arch}`);
  if (existsSync(home)) return home;
  const temporary = `${home}.${randomBytes(4).toString("hex")}.new`;
  cpSync(nativeDir, temporary, { recursive: true, verbatimSymlinks: true });
  openToAll(temporary);
  try {
    renameSync(temporary, home);
  } catch (error) {
    rmSync(temporary, { recursive: true, force: true });
    if (!existsSync(home)) throw error;
  }
  return home;
}

/**
 * The server programs, in a place from which the account can run them.
 *
 * @throws {StartRefusal} when there are none for this machine, or no such place.
 */
export function placeBinaries(user: SystemUser | undefined): Binaries {
  const { nativeDir, version } = getBinaryPackage();
  const own = binariesIn(nativeDir);
  if (!user || canRun(user, own.postgres)) return own;
  const copied = binariesIn(copyBinaries(nativeDir, version, user));
  if (canRun(user, copied.postgres)) return copied;
  throw new StartRefusal(`the user ${user.name} cannot run ${copied.postgres}; set DATABASE_URL instead`);
}

/** Notes whose database a folder outside of the data folder is. */
function claimHome(home: string, dataDir: string): void {
  writeFileSync(path.join(home, "belongs-to"), `${dataDir}\n`);
}

/**
 * Chooses where the data of a new database is kept: undefined for `DATA_DIR/postgres`, or, when the account
 * cannot enter the data folder, a folder under /var/lib/tokenwarden.
 */
export function chooseClusterDir(dataDir: string, user: SystemUser | undefined): string | undefined {
  if (!user || canEnter(user, dataDir)) return undefined;
  const { mode, uid } = lstatSync(dataDir);
  if (uid === 0 && canEnter(user, path.dirname(dataDir))) {
    // Our own folder is all that is closed. Passing through shows nothing: what is secret in it has mode 0600.
    chmodSync(dataDir, (mode & 0o777) | 0o011);
    return undefined;
  }
  makeOpenHome(`the user ${user.name} cannot enter ${dataDir}`);
  const id = createHash("sha256").update(realpathSync(dataDir)).digest("hex").slice(0, 16);
  const taken = new Set(readdirSync(OPEN_HOME));
  let folder = id;
  while (taken.has(folder)) folder = `${id}-${randomBytes(3).toString("hex")}`;
  const home = path.join(OPEN_HOME, folder);
  mkdirSync(home);
  chmodSync(home, 0o755);
  claimHome(home, dataDir);
  return path.join(home, "postgres");
}

/**
 * Guards a database that is kept outside of its data folder against a second data folder that is a copy of the first.
 *
 * @throws {StartRefusal} when the database belongs to another data folder that still exists.
 */
export function requireOwnClusterDir(clusterDir: string, dataDir: string): void {
  const home = path.dirname(clusterDir);
  if (!existsSync(clusterDir)) {
    throw new StartRefusal(
      `the database of ${dataDir} was kept in ${clusterDir}, which is gone; restore it, or start with another DATA_DIR`,
    );
  }
  let owner: string | undefined;
  try {
    owner = readFileSync(path.join(home, "belongs-to"), "utf8").trim();
  } catch {
    owner = undefined;
  }
  if (owner === dataDir) return;
  if (owner && existsSync(path.join(owner, "postgres.json"))) {
    throw new StartRefusal(
      `${dataDir} is a copy of ${owner}, whose database is kept in ${clusterDir}; use only one`,
    );
  }
  claimHome(home, dataDir);
}
