import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { NOT_BUILT, testNeeds } from "#lib/test-needs.ts";
import { freePort } from "#lib/test-port.ts";
import { introspect, issue, seedRegistry } from "./authority/test-authority.ts";
import { type AuthorityProcess, startAuthorityProcess, until } from "./authority/test-authority-process.ts";
import { HTTP_LIMITS } from "./http-limits.ts";
import { drip, openConnection, pour, type RawConnection } from "./test-socket.ts";

const ROOT = path.resolve(import.meta.dirname, "..");
/** What is looked at once a second ends at most so much after its time; the rest is a loaded machine's. */
const MARGIN_MS = 4_000;
const MEGABYTE = 1_024 * 1_024;
const isBuilt = testNeeds(existsSync(path.join(ROOT, ".next/BUILD_ID")), NOT_BUILT);

let db: Database;
let databaseUrl: string;
let registry: Awaited<ReturnType<typeof seedRegistry>>;
let authority: AuthorityProcess;
let consoleChild: ChildProcess | null = null;
let consolePort: number;

beforeAll(async () => {
  databaseUrl = (await testDatabase()).url;
  db = openDatabase({ url: databaseUrl, role: "app", maxConnections: 4, applicationName: "test" });
  registry = await seedRegistry(db);
  authority = await startAuthorityProcess({ databaseUrl });
  consolePort = await freePort();
  if (!isBuilt) return;
  consoleChild = spawn(
    path.join(ROOT, "node_modules/.bin/node"),
    [path.join(ROOT, "server/console/main.ts")],
    {
      cwd: ROOT,
      stdio: "ignore",
      env: {
        PATH: process.env.PATH,
        NODE_ENV: "production",
        DATABASE_URL: databaseUrl,
        MASTER_KEY: randomBytes(32).toString("base64"),
        CONSOLE_PORT: String(consolePort),
        CONSOLE_REQUESTS_PER_SECOND: "100000",
      },
    },
  );
  await until("the console answers", () => isServed("console"), 60_000);
});

afterAll(async () => {
  if (consoleChild?.exitCode === null) {
    const ended = new Promise((resolve) => consoleChild?.once("close", resolve));
    consoleChild.kill("SIGKILL");
    await ended;
  }
  await authority?.stop();
  await db?.end();
});

type Door = "authority" | "console";

const portOf = (door: Door) => (door === "console" ? consolePort : Number(new URL(authority.url).port));

/** Answers somebody else gets while the door is held open by others. */
async function isServed(door: Door): Promise<boolean> {
  const address =
    door === "console" ? `http://127.0.0.1:${consolePort}/api/health` : `${authority.url}/readyz`;
  try {
    return (await fetch(address, { signal: AbortSignal.timeout(2_000) })).status === 200;
  } catch {
    return false;
  }
}

function residentBytes(door: Door): number {
  const pid = door === "console" ? consoleChild?.pid : authority.child.pid;
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]) * 1_024;
}

function openDescriptors(door: Door): number {
  const pid = door === "console" ? consoleChild?.pid : authority.child.pid;
  return readdirSync(`/proc/${pid}/fd`).length;
}

/** Protocols that a client may ask for by header: neither door speaks any of them. */
const UPGRADES = [
  "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n",
  "connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n",
];
const UPGRADE_PATHS = ["/", "/_next/webpack-hmr", "/%", "//evil/", "/api/health"];

const form = "content-type: application/x-www-form-urlencoded\r\n";
const json = "content-type: application/json\r\n";

const doors: { door: Door; paths: [string, string][] }[] = [
  {
    door: "authority",
    paths: [
      ["/oauth/introspect", form],
      ["/oauth/token", form],
      ["/interaction/x", form],
    ],
  },
  { door: "console", paths: [["/api/v1/setup/owner", json]] },
];

describe.each(doors)("the $door", ({ door, paths }) => {
  const skip = door === "console" && !isBuilt;
  const post = ([address, type]: [string, string], more: string) =>
    `POST ${address} HTTP/1.1\r\nhost: x\r\n${type}${more}\r\n`;

  test.skipIf(skip).concurrent.each([
    ["that sends nothing", "", ""],
    ["that sends its headers byte by byte", "GET / HTTP/1.1\r\nx-slow: ", "a"],
    ["that never ends its headers", "GET / HTTP/1.1\r\nhost: x\r\n", "x-more: 1\r\n"],
  ])("ends a connection %s", async (_what, begin, piece) => {
    const slow = openConnection(portOf(door));
    slow.write(begin);
    if (piece !== "") drip(slow, piece, 400);
    const elapsed = await slow.ended;
    expect(elapsed).toBeLessThan(HTTP_LIMITS.headersTimeout + MARGIN_MS);
    expect(elapsed).toBeGreaterThan(HTTP_LIMITS.headersTimeout - 1_000);
  });

  test.skipIf(skip).concurrent.each(paths)("ends a body at %s that comes byte by byte", async (...target) => {
    const announced = openConnection(portOf(door));
    announced.write(post(target, "content-length: 5000\r\n"));
    drip(announced, "a", 400);
    const chunked = openConnection(portOf(door));
    chunked.write(post(target, "transfer-encoding: chunked\r\n"));
    drip(chunked, "1\r\na\r\n", 400);
    for (const slow of [announced, chunked])
      expect(await slow.ended).toBeLessThan(HTTP_LIMITS.requestTimeout + MARGIN_MS);
    expect(await isServed(door)).toBe(true);
  });

  test.skipIf(skip)(
    "serves others while two thousand connections send nothing, and is rid of them soon",
    async () => {
      const before = residentBytes(door);
      const idle: RawConnection[] = [];
      // no more at a time than wait in the line of a listening socket: what is beyond it the server never hears of
      while (idle.length < 2_000) {
        idle.push(...Array.from({ length: 200 }, () => openConnection(portOf(door))));
        await until("they are open", () => idle.every((one) => !one.socket.connecting));
        expect(await isServed(door)).toBe(true);
      }
      for (let index = 0; index < 10; index += 1) expect(await isServed(door)).toBe(true);
      expect(residentBytes(door) - before).toBeLessThan(200 * MEGABYTE);
      const elapsed = Math.max(...(await Promise.all(idle.map((one) => one.ended))));
      expect(elapsed).toBeLessThan(HTTP_LIMITS.headersTimeout + 2 * MARGIN_MS);
    },
  );

  test.skipIf(skip)("takes a body that never ends, or has 100 MB, into no memory and ends it", async () => {
    const before = residentBytes(door);
    const piece = Buffer.from(`10000\r\n${"a".repeat(65_536)}\r\n`);
    const plain = Buffer.alloc(65_536, "a");
    const floods = paths.flatMap((target) => {
      const chunked = openConnection(portOf(door));
      chunked.write(post(target, "transfer-encoding: chunked\r\n"));
      const announced = openConnection(portOf(door));
      announced.write(post(target, `content-length: ${100 * MEGABYTE}\r\n`));
      return [
        { connection: chunked, sent: pour(chunked, piece, 2_000 * MEGABYTE) },
        { connection: announced, sent: pour(announced, plain, 100 * MEGABYTE) },
      ];
    });
    await Promise.all(
      floods.map(({ connection }) =>
        Promise.race([connection.ended, until("it is answered", () => connection.received() !== "")]),
      ),
    );
    expect(await isServed(door)).toBe(true);
    expect(residentBytes(door) - before).toBeLessThan(150 * MEGABYTE);
    for (const { connection } of floods) {
      const status = /^HTTP\/1\.1 (\d+)/.exec(connection.received())?.[1];
      expect(status ?? "closed").toMatch(/^(400|401|403|404|408|410|411|413|closed)$/);
      // whoever goes on sending is cut off in the time that a request has
      expect(await connection.ended).toBeLessThan(HTTP_LIMITS.requestTimeout + 2 * MARGIN_MS);
    }
  });

  test.skipIf(skip)("refuses headers that are huge or many", async () => {
    const huge = openConnection(portOf(door));
    huge.write(`GET / HTTP/1.1\r\nhost: x\r\nx-huge: ${"a".repeat(64 * 1_024)}\r\n\r\n`);
    const many = openConnection(portOf(door));
    many.write(`GET / HTTP/1.1\r\nhost: x\r\n${"x-many: 1\r\n".repeat(10_000)}\r\n`);
    for (const one of [huge, many]) {
      await one.ended;
      expect(one.received()).toMatch(/^HTTP\/1\.1 431 /);
    }
  });

  test.skipIf(skip).each([
    ["a length beside chunks", "content-length: 5\r\ntransfer-encoding: chunked\r\n", "0\r\n\r\n"],
    ["two lengths", "content-length: 5\r\ncontent-length: 6\r\n", "aaaaaa"],
    ["a length that is none", "content-length: -1\r\n", ""],
    ["a coding that hides another", "transfer-encoding: xchunked\r\n", "0\r\n\r\n"],
    ["a size of a chunk that is none", "transfer-encoding: chunked\r\n", "zz\r\na\r\n"],
  ])("refuses %s and closes", async (_what, headers, body) => {
    const crooked = openConnection(portOf(door));
    const request = post(paths[0] as [string, string], headers);
    crooked.write(`${request}${body}GET / HTTP/1.1\r\nhost: x\r\n\r\n`);
    await crooked.ended;
    expect(crooked.received().match(/HTTP\/1\.1 /g)).toHaveLength(1);
    // the console takes no chunks at all
    expect(crooked.received()).toMatch(/^HTTP\/1\.1 4(?:00|11) /);
  });

  test.skipIf(skip)("holds no connection whose sender has closed its half", async () => {
    const half = openConnection(portOf(door), { allowHalfOpen: true });
    half.socket.end(post(paths[0] as [string, string], "content-length: 100\r\n"));
    expect(await half.ended).toBeLessThan(2_000);
  });

  test.skipIf(skip)(
    "answers a request to change the protocol as a plain one and keeps no connection of it",
    async () => {
      // whoever listens for upgrades may begin to at the first request
      expect(await isServed(door)).toBe(true);
      const descriptors = openDescriptors(door);
      const asking = UPGRADES.flatMap((upgrade) =>
        [...UPGRADE_PATHS, paths[0]?.[0] ?? "/"].map((address) => {
          const connection = openConnection(portOf(door));
          connection.write(`GET ${address} HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n`);
          return connection;
        }),
      );
      await until(
        "each is answered",
        () => asking.every((one) => one.received().includes("\r\n\r\n")),
        20_000,
      );
      for (const one of asking) expect(one.received()).toMatch(/^HTTP\/1\.1 (?:2|3|4)\d\d /);
      expect(Math.max(...(await Promise.all(asking.map((one) => one.ended))))).toBeLessThan(20_000);
      await until("its descriptors are back", () => openDescriptors(door) <= descriptors + 5);
    },
  );

  test.skipIf(skip)(
    "answers nothing that comes after a request to change the protocol, and ends a slow body of one",
    async () => {
      expect(await isServed(door)).toBe(true);
      const upgrade = UPGRADES[0];
      const deaf = openConnection(portOf(door));
      deaf.socket.pause();
      const address = door === "console" ? "/api/health" : "/readyz";
      deaf.write(`GET ${address} HTTP/1.1\r\nhost: x\r\n${upgrade}\r\n`.repeat(5_000));
      const slow = openConnection(portOf(door));
      slow.write(post(paths[0] as [string, string], `${upgrade}content-length: 5000\r\n`));
      drip(slow, "a", 400);
      deaf.socket.resume();
      expect(await deaf.ended).toBeLessThan(10_000);
      expect(deaf.received().match(/HTTP\/1\.1 /g)?.length ?? 0).toBeLessThanOrEqual(1);
      expect(await slow.ended).toBeLessThan(HTTP_LIMITS.requestTimeout + MARGIN_MS);
    },
    60_000,
  );

  test.skipIf(skip)("ends a connection that sends thousands of requests and reads no answer", async () => {
    const before = residentBytes(door);
    const deaf = Array.from({ length: 20 }, () => openConnection(portOf(door)));
    const request = `GET ${door === "console" ? "/api/health" : "/readyz"} HTTP/1.1\r\nhost: x\r\n\r\n`;
    for (const one of deaf) {
      one.socket.pause();
      one.write(request.repeat(5_000));
    }
    await until("others are served", () => isServed(door));
    expect(residentBytes(door) - before).toBeLessThan(300 * MEGABYTE);
    for (const one of deaf) one.socket.resume();
    expect(Math.max(...(await Promise.all(deaf.map((one) => one.ended))))).toBeLessThan(10_000);
  });
});

test("connections that break off in the middle of a request leave nothing behind", async () => {
  const { jwtService, verifiers } = registry;
  const basic = Buffer.from(`${jwtService.clientId}:${jwtService.secret}`).toString("base64");
  const token = await issue(authority.url, jwtService);
  const requestOf = (address: string, authorization: string, body: string) =>
    `POST ${address} HTTP/1.1\r\nhost: x\r\n${form}authorization: ${authorization}\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  const requests = [
    requestOf("/oauth/introspect", `Bearer ${verifiers.billing.secret}`, `token=${token}`),
    requestOf("/oauth/token", `Basic ${basic}`, "grant_type=client_credentials"),
    // half of a body
    requestOf("/oauth/token", `Basic ${basic}`, "grant_type=client_credentials").slice(0, -10),
  ];
  for (let round = 0; round < 40; round += 1) {
    const broken = requests.map((request) => {
      const connection = openConnection(Number(new URL(authority.url).port));
      connection.write(request);
      return connection;
    });
    await Promise.all(broken.map((one) => new Promise((resolve) => one.socket.once("connect", resolve))));
    // some before anything was read, some while it is being worked on
    await new Promise((resolve) => setTimeout(resolve, round % 4));
    for (const one of broken) one.socket.resetAndDestroy();
  }
  const answers = await Promise.all(
    Array.from({ length: 50 }, () => introspect(authority.url, token, verifiers.billing.secret)),
  );
  expect(answers.every((answer) => (answer as { active: boolean }).active)).toBe(true);
  await issue(authority.url, jwtService);
  const metrics = await (await fetch(authority.metricsUrl)).text();
  expect(metrics).not.toContain('status="500"');
  expect(metrics).toContain("tokenwarden_waiting_requests 0");
  const [held] = await db.query<{ count: bigint }>(
    "SELECT count(*) AS count FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'",
  );
  expect(held?.count).toBe(0n);
});
