import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync } from "node:fs";
import path from "node:path";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { uuidv7 } from "#lib/ids.ts";
import { NOT_BUILT, testNeeds } from "#lib/test-needs.ts";
import { freePort } from "#lib/test-port.ts";
import { derivedKey } from "./secrets.ts";
import { sealSession } from "./session-cookie.ts";

const ROOT = path.resolve(import.meta.dirname, "../..");

/** Whether the console was built: without that there is none to be asked. */
export const isBuilt = testNeeds(existsSync(path.join(ROOT, ".next/BUILD_ID")), NOT_BUILT);

/** One process of the console as it is served. */
export type ConsoleProcess = {
  origin: string;
  port: number;
  stop(): Promise<void>;
  /** What it wrote to its standard error so far; all of it once it has stopped. */
  said(): string;
};

/** A process on a database of its own, with somebody who is signed in. */
export type BuiltConsole = ConsoleProcess & {
  db: Database;
  /** Of a signed-in owner. */
  cookie: string;
};

export type ConsoleSettings = {
  databaseUrl: string;
  /** What it is started with beside the rest. */
  env?: Record<string, string> | undefined;
  /** What serves it, and its arguments; the product's own door unless told. */
  main?: readonly string[] | undefined;
};

async function untilAnswering(origin: string, child: ChildProcess): Promise<void> {
  const deadline = Date.now() + 45_000;
  while (Date.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`the console ended with ${child.exitCode}`);
    const response = await fetch(`${origin}/api/health`).catch(() => null);
    if (response?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error("the console does not answer");
}

async function signInOwner(db: Database): Promise<string> {
  const now = new Date();
  const [adminId, sessionId] = [uuidv7(now), uuidv7(now)];
  await db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at)
     VALUES ($1::uuid, 'owner@example.com', 'Owner', 'owner', 'x', '\\x00', now())`,
    [adminId],
  );
  await db.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, signed_in_by)
     VALUES ($1::uuid, $2::uuid, now(), now(), now() + interval '1 hour', 1800, 'totp')`,
    [sessionId, adminId],
  );
  return `tokenwarden.session=${await sealSession(sessionId, derivedKey("session"), 3600)}`;
}

/** Starts one process more on a database, under the master key of this process: cookies that are sealed here are opened there. */
export async function startConsoleProcess({
  databaseUrl,
  env = {},
  main = [path.join(ROOT, "server/console/main.ts")],
}: ConsoleSettings): Promise<ConsoleProcess> {
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const child = spawn(path.join(ROOT, "node_modules/.bin/node"), [...main], {
    cwd: ROOT,
    env: {
      PATH: process.env.PATH ?? "",
      NODE_ENV: "production",
      DATABASE_URL: databaseUrl,
      MASTER_KEY: process.env.MASTER_KEY ?? "",
      CONSOLE_PORT: String(port),
      CONSOLE_URL: origin,
      ...env,
    },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    said += text;
    process.stderr.write(text);
  });
  const stop = async () => {
    if (child.exitCode !== null) return;
    const ended = new Promise((resolve) => child.once("close", resolve));
    child.kill("SIGTERM");
    await ended;
  };
  try {
    await untilAnswering(origin, child);
    return { origin, port, stop, said: () => said };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** `env` is what it is started with beside the rest. */
export async function startBuiltConsole(env: Record<string, string> = {}): Promise<BuiltConsole> {
  const { url } = await testDatabase();
  // the test seals a cookie with the same key
  process.env.MASTER_KEY = randomBytes(32).toString("base64");
  const served = await startConsoleProcess({ databaseUrl: url, env });
  const db = openDatabase({ url, role: "app", maxConnections: 2, applicationName: "test" });
  const stop = async () => {
    await db.end();
    await served.stop();
  };
  try {
    return { ...served, db, cookie: await signInOwner(db), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
