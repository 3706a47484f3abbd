import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, readFileSync, renameSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { openDatabase } from "#lib/db/database.ts";
import { fixtureOf } from "#lib/tokens/token-fixture.ts";
import { findFreePort } from "#server/embedded-database/free-port.ts";
import { findEmbeddedDatabaseUrl } from "#server/embedded-database/start.ts";
import { findProcessStart } from "#server/setup/process-identity.mjs";
import { HAS_OPENSSL, makeCertificate } from "#server/tls/test-certificate.ts";

const fixture = path.join(import.meta.dirname, "fixtures/run-stand-ins.ts");
const NODE = path.resolve(import.meta.dirname, "../../node_modules/.bin/node");

let dataDir: string;
let ports: { console: number; authority: number };
let running: ChildProcess[] = [];

interface Started {
  process: ChildProcess;
  /** Everything it wrote so far. */
  output: () => string;
  ended: Promise<number | null>;
  /** Resolves when its output has the text. */
  wrote: (text: string | RegExp) => Promise<void>;
}

function start(variables: Record<string, string> = {}): Started {
  const child = spawn(NODE, [fixture], {
    env: {
      PATH: process.env.PATH,
      DATA_DIR: dataDir,
      CONSOLE_PORT: String(ports.console),
      AUTHORITY_PORT: String(ports.authority),
      ...variables,
    } as unknown as NodeJS.ProcessEnv,
    stdio: ["ignore", "pipe", "pipe"],
  });
  running.push(child);
  let output = "";
  const watchers = new Set<() => void>();
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (chunk: string) => {
      output += chunk;
      for (const watcher of watchers) watcher();
    });
  }
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const wrote = (text: string | RegExp) =>
    new Promise<void>((resolve, reject) => {
      const look = () => {
        if (typeof text === "string" ? output.includes(text) : text.test(output)) resolve();
      };
      watchers.add(look);
      look();
      ended.then(() => reject(new Error(`it ended before it wrote ${text}:\n${output}`)));
    });
  return { process: child, output: () => output, ended, wrote };
}

async function ask(port: number, url = "/"): Promise<{ pid: number; databaseUrl: string }> {
  return (await fetch(`http://127.0.0.1:${port}${url}`)).json() as Promise<{
    pid: number;
    databaseUrl: string;
  }>;
}

async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: findEmbeddedDatabaseUrl(dataDir) ?? "" });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

function isAlive(pid: number): boolean {
  return findProcessStart(pid) !== null;
}

function serverPid(): number {
  return Number.parseInt(readFileSync(path.join(dataDir, "postgres/postmaster.pid"), "utf8"), 10);
}

beforeEach(async () => {
  dataDir = path.join(tmpdir(), `tokenwarden-supervisor-${process.pid}-${randomInt(1e9)}`);
  ports = { console: await findFreePort(), authority: await findFreePort() };
});

afterEach(async () => {
  for (const child of running) {
    if (child.exitCode === null && child.signalCode === null) {
      child.kill("SIGTERM");
      await new Promise((resolve) => child.once("close", resolve));
    }
  }
  running = [];
  rmSync(dataDir, { recursive: true, force: true });
});

describe("the supervisor", { timeout: 60_000 }, () => {
  it("says that it is ready when all answer, hands on the database, and stops all of it on SIGTERM", async () => {
    const first = start();
    await first.wrote("tokenwarden ready");
    expect(first.output()).toContain(
      `tokenwarden ready · console http://localhost:${ports.console} · authority http://localhost:${ports.authority} · set up: http://localhost/setup?token=one-time`,
    );
    expect(first.output()).toContain('[authority] {"level":40,"msg":"warns aloud"}');
    expect(first.output()).not.toContain("listens quietly");
    expect(readFileSync(path.join(dataDir, "logs/authority.log"), "utf8")).toContain("listens quietly");
    const child = await ask(ports.console);
    expect(child.databaseUrl).toBe(findEmbeddedDatabaseUrl(dataDir));
    await query("CREATE TABLE kept AS SELECT 42 AS answer");
    const database = serverPid();

    first.process.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    expect(first.output()).toMatch(/· stopping\n[\s\S]*· stopped\n$/);
    expect([child.pid, database].map(isAlive)).toEqual([false, false]);
    expect(existsSync(path.join(dataDir, "lock"))).toBe(false);

    const second = start();
    await second.wrote("tokenwarden ready");
    expect(await query("SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  });

  it("starts a child again that ended by itself", async () => {
    const started = start();
    await started.wrote("tokenwarden ready");
    const before = await ask(ports.authority);
    await ask(ports.authority, "/crash").catch(() => {});
    await started.wrote("authority ended with code 7; it is started again in 0.25 s");
    await expect
      .poll(() => ask(ports.authority).then((answer) => answer.pid), { timeout: 10_000 })
      .not.toBe(before.pid);
  });

  it("brings a killed database back on the same address with what was committed", async () => {
    const started = start();
    await started.wrote("tokenwarden ready");
    await query("CREATE TABLE kept AS SELECT 42 AS answer");
    process.kill(serverPid(), "SIGKILL");
    await started.wrote("the database ended by itself; it is started again");
    await expect
      .poll(() => query("SELECT answer FROM kept").catch(() => null), { timeout: 20_000 })
      .toEqual([{ answer: 42 }]);
  });

  it("refuses a second start on the same data folder, and takes over after kill -9", async () => {
    const first = start();
    await first.wrote("tokenwarden ready");
    await query("CREATE TABLE kept AS SELECT 42 AS answer");
    const child = await ask(ports.console);
    const second = start({
      CONSOLE_PORT: String(await findFreePort()),
      AUTHORITY_PORT: String(await findFreePort()),
    });
    expect(await second.ended).toBe(1);
    expect(second.output()).toBe(
      `tokenwarden: is already running on ${dataDir} (process ${first.process.pid}); stop it, or set another DATA_DIR\n`,
    );

    first.process.kill("SIGKILL");
    await first.ended;
    await expect.poll(() => isAlive(child.pid), { timeout: 10_000 }).toBe(false);
    const third = start();
    await third.wrote("tokenwarden ready");
    expect(third.output()).toContain("stopping the database that an earlier run left behind");
    expect(await query("SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  });

  it("stops on SIGINT while a child is not ready yet", async () => {
    const started = start({ WORKER_ENTRY: path.join(import.meta.dirname, "fixtures/nowhere.ts") });
    await started.wrote(/worker ended with code 1; it is started again in 0\.25 s/);
    await started.wrote(/worker ended with code 1; it is started again in 0\.5 s/);
    started.process.kill("SIGINT");
    expect(await started.ended).toBe(0);
    expect(started.output()).not.toContain("tokenwarden ready");
  });

  it("names the variable of a bad value and ends with 2", async () => {
    const started = start({ CONSOLE_PORT: "http" });
    expect(await started.ended).toBe(2);
    expect(started.output()).toBe('tokenwarden: CONSOLE_PORT must be a port from 1 to 65535, not "http"\n');
  });

  it.skipIf(!HAS_OPENSSL)("refuses another certificate's key before anything is started", async () => {
    const [one, other] = [makeCertificate(), makeCertificate()];
    const started = start({ TLS_CERT: one.certPath, TLS_KEY: other.keyPath });
    expect(await started.ended).toBe(2);
    expect(started.output()).toBe(
      `tokenwarden: TLS_KEY is not the key of the certificate in ${one.certPath}\n`,
    );
    expect(existsSync(path.join(dataDir, "postgres"))).toBe(false);
  });

  it.skipIf(!existsSync("/proc/self"))("says in one line that the data folder cannot be made", async () => {
    const started = start({ DATA_DIR: "/proc/tokenwarden/x" });
    expect(await started.ended).toBe(2);
    expect(started.output()).toMatch(
      /^tokenwarden: DATA_DIR \/proc\/tokenwarden\/x cannot be used: [^\n]+\n$/,
    );
  });

  it("refuses another issuer than that of the tokens that are there, in one line", async () => {
    const first = start();
    await first.wrote("tokenwarden ready");
    const url = findEmbeddedDatabaseUrl(dataDir) ?? "";
    const db = openDatabase({ url, role: "app", maxConnections: 1, applicationName: "test" });
    const fixture = fixtureOf(db);
    await fixture.token({ clientId: await fixture.client("service") });
    await db.end();
    first.process.kill("SIGTERM");
    expect(await first.ended).toBe(0);
    const second = start({ AUTHORITY_ISSUER: "https://other.example.com" });
    expect(await second.ended).toBe(1);
    expect(second.output()).toMatch(
      /tokenwarden: AUTHORITY_ISSUER is https:\/\/other\.example\.com, but the tokens of this database were issued by http:\/\/localhost:\d+ and would all be refused: set AUTHORITY_ISSUER=http:\/\/localhost:\d+, or change it for good with: npx tokenwarden issuer set https:\/\/other\.example\.com --instead-of http:\/\/localhost:\d+\n$/,
    );
    const third = start();
    await third.wrote("tokenwarden ready");
  });

  it("names a port that is in use", async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(ports.authority, "127.0.0.1", resolve));
    const started = start();
    expect(await started.ended).toBe(1);
    expect(started.output()).toBe(
      `tokenwarden: port ${ports.authority} is in use (AUTHORITY_PORT): stop what listens there, or set AUTHORITY_PORT to a free port\n`,
    );
    await new Promise((resolve) => other.close(resolve));
  });

  it("refuses a damaged database in one line and changes nothing", async () => {
    const first = start();
    await first.wrote("tokenwarden ready");
    first.process.kill("SIGTERM");
    await first.ended;
    const cluster = path.join(dataDir, "postgres");
    renameSync(path.join(cluster, "PG_VERSION"), path.join(dataDir, "PG_VERSION"));
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toBe(
      `tokenwarden: ${cluster} is damaged: PG_VERSION is missing; restore the folder from a backup (nothing was changed)\n`,
    );
    renameSync(path.join(dataDir, "PG_VERSION"), path.join(cluster, "PG_VERSION"));

    renameSync(path.join(cluster, "global/pg_control"), path.join(dataDir, "pg_control"));
    const third = start();
    expect(await third.ended).toBe(1);
    expect(third.output()).toMatch(
      /^tokenwarden: the database in \S+ does not start: \S.*pg_control.* \(log: \S+postgres\.log; nothing was changed\)\n$/,
    );
    renameSync(path.join(dataDir, "pg_control"), path.join(cluster, "global/pg_control"));
    await start().wrote("tokenwarden ready");
  });

  it("refuses to go on without the master key of wrapped keys, and makes no new one", async () => {
    const first = start();
    await first.wrote("tokenwarden ready");
    await query(
      `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at)
       VALUES (gen_random_uuid(), 'k', 'access_token', 'ES256', 'standby', '{}', '\\x01', now())`,
    );
    first.process.kill("SIGTERM");
    await first.ended;
    const file = path.join(dataDir, "master-key");
    rmSync(file);
    const second = start();
    expect(await second.ended).toBe(1);
    expect(second.output()).toBe(
      `tokenwarden: the database holds keys wrapped with a master key, but neither MASTER_KEY nor ${file} is there; restore it (nothing was changed)\n`,
    );
    expect(existsSync(file)).toBe(false);
  });
});
