import { type ChildProcess, spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeEach } from "vitest";
import { findFreePort } from "#server/embedded-database/free-port.ts";
import { findEmbeddedDatabaseUrl } from "#server/embedded-database/start.ts";
import { findProcessStart } from "#server/setup/process-identity.mjs";

const fixture = path.join(import.meta.dirname, "fixtures/run-stand-ins.ts");
const NODE = path.resolve(import.meta.dirname, "../../node_modules/.bin/node");

/** Of the test that runs: a folder and two ports of its own, which go with it. */
export let dataDir: string;
export let ports: { console: number; authority: number };
let running: ChildProcess[] = [];

export interface Started {
  process: ChildProcess;
  /** Everything it wrote so far. */
  output: () => string;
  ended: Promise<number | null>;
  /** Resolves when its output has the text. */
  wrote: (text: string | RegExp) => Promise<void>;
}

/** Starts the supervisor with stand-ins for its children. */
export function start(variables: Record<string, string> = {}): Started {
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

export async function ask(port: number, url = "/"): Promise<{ pid: number; databaseUrl: string }> {
  return (await fetch(`http://127.0.0.1:${port}${url}`)).json() as Promise<{
    pid: number;
    databaseUrl: string;
  }>;
}

export async function query<Row extends pg.QueryResultRow>(sql: string): Promise<Row[]> {
  const client = new pg.Client({ connectionString: findEmbeddedDatabaseUrl(dataDir) ?? "" });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}

export function isAlive(pid: number): boolean {
  return findProcessStart(pid) !== null;
}

export function serverPid(): number {
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
