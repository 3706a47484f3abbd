import { randomInt } from "node:crypto";
import {
  chmodSync,
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type EmbeddedDatabase, startEmbeddedDatabase } from "./start.ts";

let home: string;
let dataDir: string;
let started: EmbeddedDatabase[] = [];

async function start(folder = dataDir): Promise<EmbeddedDatabase> {
  const database = await startEmbeddedDatabase({ dataDir: folder });
  started.push(database);
  return database;
}

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query(sql)).rows;
  } finally {
    await client.end();
  }
}

beforeEach(() => {
  home = path.join(tmpdir(), `tokenwarden-embedded-${process.pid}-${randomInt(1e9)}`);
  mkdirSync(home);
  chmodSync(home, 0o755);
  dataDir = path.join(home, "data");
});

afterEach(async () => {
  await Promise.all(started.map((database) => database.stop()));
  started = [];
  rmSync(home, { recursive: true, force: true });
});

describe("the embedded database", { timeout: 60_000 }, () => {
  it("is durable, in UTC and UTF-8, with checksums, on loopback only, with the extensions", async () => {
    const { url } = await start();
    const [settings] = await query(
      url,
      `SELECT current_setting('fsync') AS fsync, current_setting('synchronous_commit') AS commits,
              current_setting('full_page_writes') AS pages, current_setting('data_checksums') AS checksums,
              current_setting('TimeZone') AS zone, current_setting('server_encoding') AS encoding,
              current_setting('listen_addresses') AS listens, current_setting('password_encryption') AS passwords,
              (SELECT datlocale FROM pg_database WHERE datname = current_database()) AS locale,
              (SELECT array_agg(extname::text ORDER BY extname) FROM pg_extension WHERE extname <> 'plpgsql') AS extensions`,
    );
    expect(settings).toEqual({
      fsync: "on",
      commits: "on",
      pages: "on",
      checksums: "on",
      zone: "UTC",
      encoding: "UTF8",
      listens: "127.0.0.1",
      passwords: "scram-sha-256",
      locale: "C.UTF-8",
      extensions: ["btree_gin", "pg_trgm", "pgcrypto"],
    });
  });

  it("is owned by a role that is no superuser but may create the roles of migrations", async () => {
    const { url } = await start();
    expect(
      await query(
        url,
        "SELECT rolsuper, rolcreaterole, rolcreatedb FROM pg_roles WHERE rolname = current_user",
      ),
    ).toEqual([{ rolsuper: false, rolcreaterole: true, rolcreatedb: false }]);
    await query(
      url,
      "CREATE ROLE embedded_test_role NOLOGIN; GRANT embedded_test_role TO tokenwarden WITH SET TRUE",
    );
    await query(url, "SET ROLE embedded_test_role");
  });

  it("refuses a wrong password", async () => {
    const { url } = await start();
    await expect(query(url.replace(/:[^:@]+@/, ":wrong@"), "SELECT 1")).rejects.toThrow(
      "password authentication failed",
    );
  });

  it("keeps its passwords to the owner of the folder", async () => {
    await start();
    expect(statSync(path.join(dataDir, "postgres.json")).mode & 0o777).toBe(0o600);
  });

  it("starts on the same port again, with the data", async () => {
    const first = await start();
    await query(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
    await first.stop();
    const second = await start();
    expect(second.url).toBe(first.url);
    expect(await query(second.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
  });

  it("goes on after a creation that was cut off", async () => {
    mkdirSync(path.join(dataDir, "postgres.new-0badcafe/base"), { recursive: true });
    chmodSync(dataDir, 0o755);
    writeFileSync(path.join(dataDir, "postgres.new-0badcafe/PG_VERSION"), "18\n");
    const { url } = await start();
    expect(await query(url, "SELECT 1 AS one")).toEqual([{ one: 1 }]);
    expect(existsSync(path.join(dataDir, "postgres.new-0badcafe"))).toBe(false);
  });

  it("refuses a folder of another PostgreSQL, one whose data is gone, and one whose passwords are gone", async () => {
    await (await start()).stop();
    const cluster = path.join(dataDir, "postgres");
    writeFileSync(path.join(cluster, "PG_VERSION"), "15\n");
    await expect(start()).rejects.toThrow(
      `${cluster} was made by PostgreSQL 15, this version brings PostgreSQL 18`,
    );
    cpSync(path.join(dataDir, "postgres.json"), path.join(home, "kept.json"));

    rmSync(cluster, { recursive: true });
    await expect(start()).rejects.toThrow(`the database of ${dataDir} is gone from ${cluster}`);

    mkdirSync(cluster);
    writeFileSync(path.join(cluster, "PG_VERSION"), "18\n");
    rmSync(path.join(dataDir, "postgres.json"));
    await expect(start()).rejects.toThrow("postgres.json is missing, it holds the database's passwords");
    writeFileSync(path.join(dataDir, "postgres.json"), "{");
    await expect(start()).rejects.toThrow("postgres.json is damaged");
  });

  it("lets its account pass through a data folder that alone is closed", async () => {
    mkdirSync(dataDir, { mode: 0o700 });
    await start();
    expect(existsSync(path.join(dataDir, "postgres/PG_VERSION"))).toBe(true);
  });

  it.skipIf(process.getuid?.() !== 0)(
    "keeps its data elsewhere when its account cannot enter the folder, and for that folder only",
    async () => {
      const closed = path.join(home, "closed");
      mkdirSync(closed, { mode: 0o700 });
      const inside = path.join(closed, "data");
      const first = await start(inside);
      await query(first.url, "CREATE TABLE kept AS SELECT 42 AS answer");
      const { clusterDir } = JSON.parse(readFileSync(path.join(inside, "postgres.json"), "utf8"));
      expect(clusterDir).toMatch(/^\/var\/lib\/tokenwarden\/[0-9a-f-]+\/postgres$/);
      await first.stop();
      try {
        const second = await start(inside);
        expect(await query(second.url, "SELECT answer FROM kept")).toEqual([{ answer: 42 }]);
        await second.stop();
        const copy = path.join(closed, "copy");
        cpSync(inside, copy, { recursive: true });
        await expect(start(copy)).rejects.toThrow(`${copy} is a copy of ${inside}`);
      } finally {
        await Promise.all(started.map((database) => database.stop()));
        rmSync(path.dirname(clusterDir), { recursive: true });
      }
    },
  );
});
