import { spawn } from "node:child_process";
import type { SystemUser } from "./system-user.ts";

/** Nothing of the caller's PG* variables, locale or library path may reach the server. */
const CLEAN_ENVIRONMENT = {
  PATH: "/usr/local/bin:/usr/bin:/bin",
  LANG: "C",
  LC_ALL: "C",
  TZ: "UTC",
} as unknown as NodeJS.ProcessEnv;

/**
 * Runs one of the server's programs to its end and returns its exit code. Output goes to an open file; the server
 * that `pg_ctl start` leaves behind keeps writing there.
 */
export function runProgram(
  program: string,
  args: string[],
  options: { user: SystemUser | undefined; output: number },
): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      cwd: "/",
      env: CLEAN_ENVIRONMENT,
      stdio: ["ignore", options.output, options.output],
      ...(options.user ? { uid: options.user.uid, gid: options.user.gid } : {}),
    });
    child.once("error", reject);
    child.once("exit", (code, signal) => resolve(code ?? (signal ? 1 : 0)));
  });
}
