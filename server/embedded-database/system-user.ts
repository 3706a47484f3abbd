import { spawnSync } from "node:child_process";
import { StartRefusal } from "#server/start-refusal.ts";

/** The account PostgreSQL runs as. It refuses to run as root, so root hands it to an unprivileged one. */
export interface SystemUser {
  name: string;
  uid: number;
  gid: number;
}

const ACCOUNT = "postgres";

function readId(flag: "-u" | "-g"): number | undefined {
  const result = spawnSync("id", [flag, ACCOUNT], { encoding: "utf8" });
  return result.status === 0 ? Number(result.stdout.trim()) : undefined;
}

function findAccount(): SystemUser | undefined {
  const uid = readId("-u");
  const gid = readId("-g");
  return uid === undefined || gid === undefined ? undefined : { name: ACCOUNT, uid, gid };
}

function createAccount(): void {
  const ways: [string, string[]][] = [
    ["useradd", ["--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin", ACCOUNT]],
    ["adduser", ["-S", "-D", "-H", "-s", "/sbin/nologin", ACCOUNT]],
  ];
  for (const [command, args] of ways) {
    if (spawnSync(command, args, { stdio: "ignore" }).status === 0) return;
  }
}

/**
 * The account to run the server as: undefined for the caller's own. As root it is the system user `postgres`,
 * which is created when the machine has none.
 *
 * @throws {StartRefusal} when root has no unprivileged account to use.
 */
export function getSystemUser(): SystemUser | undefined {
  if (process.getuid?.() !== 0) return undefined;
  let account = findAccount();
  if (!account) {
    createAccount();
    account = findAccount();
  }
  if (!account || account.uid === 0) {
    throw new StartRefusal(
      "PostgreSQL does not run as root and no system user postgres could be made; start as an ordinary user or set DATABASE_URL",
    );
  }
  return account;
}

function succeedsAs(user: SystemUser, command: string, args: string[]): boolean {
  return spawnSync(command, args, { cwd: "/", stdio: "ignore", uid: user.uid, gid: user.gid }).status === 0;
}

/** Whether the account can enter a folder, which needs every folder above it to be open as well. */
export function canEnter(user: SystemUser, folder: string): boolean {
  return succeedsAs(user, "/bin/sh", ["-c", 'cd -- "$1"', "sh", folder]);
}

/** Whether the account can start a program, its libraries included. */
export function canRun(user: SystemUser, program: string): boolean {
  return succeedsAs(user, program, ["--version"]);
}
