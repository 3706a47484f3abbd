import { randomBytes } from "node:crypto";
import pg from "pg";
import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { migrate } from "#lib/db/migrate.ts";
import { listMigrationNames } from "#lib/db/migration-files.ts";
import { requireKnownSchema } from "#lib/db/schema-version.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { freePort } from "#lib/test-port.ts";
import { issue, post, seedRegistry, verify } from "#server/authority/test-authority.ts";
import {
  addMigration,
  copyMigrations,
  fingerprints,
  firstVersionDatabase,
  issueAsFirstVersion,
} from "./first-version.ts";
import { type Program, runProgram } from "./program.ts";

const ROWS = 100_000;
const NEWER = "29990101000000_newer";

const running: Program[] = [];
afterEach(async () => {
  for (const { process: child, ended } of running.splice(0)) {
    child.kill("SIGKILL");
    await ended;
  }
});

function run(args: string[], variables: Record<string, string> = {}): Program {
  const program = runProgram(args, variables);
  running.push(program);
  return program;
}

const migrator = (url: string, folder: string) => run(["server/upgrade/migrate-folder.ts", url, folder]);

function open(url: string, role: "app" | "owner"): Database {
  const db = openDatabase({ url, role, maxConnections: 8, applicationName: "test" });
  onTestFinished(() => db.end());
  return db;
}

/** What an authority does all day, by statements of the first version; tells what was committed and how long the slowest took. */
function startLoad(db: Database, clientId: string) {
  const committed: string[] = [];
  const failures: string[] = [];
  let slowestMs = 0;
  let isOn = true;
  const work = async () => {
    while (isOn) {
      const startedAt = performance.now();
      try {
        const id = await issueAsFirstVersion(db, clientId);
        await db.query("SELECT t.id FROM token t JOIN client c ON c.id = t.client_id WHERE t.id = $1", [id]);
        await db.query(
          "INSERT INTO token_usage (token_id, last_used_at, use_count) VALUES ($1, now(), 1) ON CONFLICT (token_id) DO UPDATE SET use_count = token_usage.use_count + 1",
          [id],
        );
        committed.push(id);
      } catch (error) {
        failures.push((error as Error).message);
      }
      slowestMs = Math.max(slowestMs, performance.now() - startedAt);
    }
  };
  const workers = Array.from({ length: 4 }, work);
  return {
    committed,
    failures,
    slowestMs: () => slowestMs,
    async stop() {
      isOn = false;
      await Promise.all(workers);
    },
  };
}

describe("an upgrade from the first version", () => {
  it("loses nothing under load, and the present authority issues and checks tokens on what came out", async () => {
    const url = await firstVersionDatabase(ROWS);
    const before = await fingerprints(url);
    const db = open(url, "app");
    const [client] = await db.query<{ id: string }>("SELECT id FROM client LIMIT 1");
    const load = startLoad(db, client?.id ?? "");
    await expect.poll(() => load.committed.length, { timeout: 10_000 }).toBeGreaterThan(200);
    const startedAt = performance.now();
    expect(await migrate(url)).toEqual(listMigrationNames().slice(1));
    const seconds = (performance.now() - startedAt) / 1_000;
    const during = load.committed.length;
    await expect.poll(() => load.committed.length, { timeout: 10_000 }).toBeGreaterThan(during + 50);
    await load.stop();
    console.log(
      `${ROWS} tokens of the first version: migrated in ${seconds.toFixed(2)} s under load; ${load.committed.length} issues, the slowest ${load.slowestMs().toFixed(0)} ms, ${load.failures.length} failures`,
    );
    expect(load.failures).toEqual([]);
    expect(load.slowestMs()).toBeLessThan(5_000);

    const kept = await db.query(
      "SELECT count(*) AS n FROM token t JOIN token_usage u ON u.token_id = t.id WHERE t.id = ANY($1::uuid[])",
      [load.committed],
    );
    expect(kept).toEqual([{ n: BigInt(load.committed.length) }]);
    const [counts] = await db.query<{ tokens: bigint; uses: bigint }>(
      "SELECT (SELECT count(*) FROM token) AS tokens, (SELECT count(*) FROM token_use) AS uses",
    );
    expect(counts).toEqual({
      tokens: BigInt(ROWS + load.committed.length),
      uses: BigInt(ROWS + load.committed.length),
    });
    const after = await fingerprints(url);
    for (const table of ["token_family", "token_standing", "client", "user_account", "audience"])
      expect({ table, is: after[table] }).toEqual({ table, is: before[table] });

    await requireKnownSchema(url);
    const { registry, address } = await startAuthority(url);
    const token = await issue(address, registry.jwtService);
    expect((await verify(address, token, registry.verifiers.billing.secret)).status).toBe(200);
  });

  it("goes on after a migrator was killed at any moment, as if nothing had been", async () => {
    for (const delayMs of [0, 60, 150, 300]) {
      const url = await firstVersionDatabase(2_000);
      const before = await fingerprints(url);
      const db = open(url, "app");
      const { process: child, ended, output } = migrator(url, copyMigrations());
      await expect.poll(() => output(), { timeout: 20_000, interval: 5 }).toContain("applying migration");
      await new Promise((resolve) => setTimeout(resolve, delayMs));
      child.kill("SIGKILL");
      await ended;
      const applied = await db.query<{ name: string }>(
        "SELECT migration_name AS name FROM _prisma_migrations WHERE finished_at IS NOT NULL ORDER BY 1",
      );
      const rest = await migrate(url);
      expect([...applied.map((row) => row.name), ...rest]).toEqual(
        expect.arrayContaining(listMigrationNames()),
      );
      expect(await fingerprints(url)).toEqual(before);
      await requireKnownSchema(url);
    }
  });
});

describe("a migration", () => {
  it("that is killed in its middle leaves the database as before, and the next start applies it whole", async () => {
    const { url } = await testDatabase();
    const folder = copyMigrations();
    addMigration(
      folder,
      NEWER,
      "CREATE TABLE later (id int); INSERT INTO later SELECT generate_series(1, 1000); SELECT pg_sleep(60);",
    );
    const [db, owner] = [open(url, "app"), open(url, "owner")];
    const sleeping = () =>
      owner.query(
        "SELECT pid FROM pg_stat_activity WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()",
      );
    const first = migrator(url, folder);
    await expect.poll(async () => (await sleeping()).length, { timeout: 20_000 }).toBe(1);
    const second = migrator(url, folder);
    await expect.poll(() => second.output(), { timeout: 20_000 }).toContain("waiting for another migration");
    first.process.kill("SIGKILL");
    await first.ended;
    second.process.kill("SIGKILL");
    await second.ended;
    // the server notices that its client is gone when it next writes to it
    for (const { pid } of await sleeping())
      await owner.query("SELECT pg_terminate_backend($1)", [Number((pid as bigint | number).toString())]);
    await expect.poll(async () => (await sleeping()).length, { timeout: 20_000 }).toBe(0);
    expect(await db.query("SELECT to_regclass('later')::text AS found")).toEqual([{ found: null }]);
    await requireKnownSchema(url);

    const shorter = copyMigrations();
    addMigration(
      shorter,
      NEWER,
      "CREATE TABLE later (id int); INSERT INTO later SELECT generate_series(1, 1000);",
    );
    const third = migrator(url, shorter);
    expect([await third.ended, third.output()]).toEqual([0, `applying migration ${NEWER}\napplied 1\n`]);
    expect(await owner.query("SELECT count(*) AS n FROM later")).toEqual([{ n: 1000n }]);
  });

  it("is applied once by two migrators at once: one works, one waits, both end well", async () => {
    const url = await firstVersionDatabase(1_000);
    const programs = [migrator(url, copyMigrations()), migrator(url, copyMigrations())];
    expect(await Promise.all(programs.map((program) => program.ended))).toEqual([0, 0]);
    const outputs = programs.map((program) => program.output());
    const applied = outputs.map((output) => Number(/applied (\d+)/.exec(output)?.[1]));
    expect(applied.toSorted()).toEqual([0, listMigrationNames().length - 1]);
    await requireKnownSchema(url);
  });
});

async function startAuthority(databaseUrl: string, masterKey = randomBytes(32).toString("base64")) {
  const db = open(databaseUrl, "app");
  const registry = await seedRegistry(db);
  const port = await freePort();
  const address = `http://localhost:${port}`;
  const program = run(["server/authority/main.ts"], {
    DATABASE_URL: databaseUrl,
    MASTER_KEY: masterKey,
    AUTHORITY_PORT: String(port),
    METRICS_PORT: String(await freePort()),
    AUTHORITY_ISSUER: address,
    CONSOLE_PORT: "1",
    LOG_LEVEL: "warn",
  });
  const isReady = () =>
    fetch(`${address}/readyz`).then(
      (answer) => answer.status,
      () => 0,
    );
  await expect.poll(isReady, { timeout: 30_000, message: program.output() }).toBe(200);
  return { registry, address, program, db };
}

/** Issues and introspections without a pause, and what they were answered: the status, and whether it handed something out or said `active`. */
function startRequests(address: string, registry: Awaited<ReturnType<typeof seedRegistry>>, token: string) {
  const statuses = new Map<string, number>();
  let isOn = true;
  const credentials = { client_id: registry.jwtService.clientId, client_secret: registry.jwtService.secret };
  const secret = registry.verifiers.billing.secret;
  const asks = [
    () => post(`${address}/oauth/token`, { grant_type: "client_credentials", ...credentials }),
    () => post(`${address}/oauth/introspect`, { token }, { authorization: `Bearer ${secret}` }),
  ];
  const lanes = [...asks, ...asks].map(async (ask) => {
    while (isOn) {
      const status = await ask().then(
        async (answer) => {
          const { access_token, active } = (await answer.json()) as {
            access_token?: string;
            active?: boolean;
          };
          return `${answer.status} ${access_token !== undefined ? "issued" : active === undefined ? "nothing" : `active ${active}`}`;
        },
        () => "gone",
      );
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
      if (status === "gone") return;
    }
  });
  return {
    statuses,
    count: (status: string) => statuses.get(status) ?? 0,
    async stop() {
      isOn = false;
      await Promise.all(lanes);
    },
  };
}

/** What a version to come may do to a schema that this one works on, each without saying that this one may go on. */
const FROM_THE_FUTURE = [
  ["renames a table", "ALTER TABLE token_label RENAME TO token_mark;"],
  ["renames a column", "ALTER TABLE token RENAME COLUMN subject TO subject_of;"],
  [
    "adds a column that wants a value",
    "ALTER TABLE token_use ADD COLUMN later int NOT NULL DEFAULT 0; ALTER TABLE token_use ALTER COLUMN later DROP DEFAULT;",
  ],
  ["changes a column's type", "ALTER TABLE client ALTER COLUMN name TYPE varchar(400);"],
] as const;
const NEWEST = "29990102000000_newest";

describe("an older version on a newer schema", () => {
  it("goes on beside a migration that says that it may", async () => {
    const { url } = await testDatabase();
    const { registry, address, program } = await startAuthority(url);
    const requests = startRequests(address, registry, await issue(address, registry.jwtService));
    await expect.poll(() => requests.count("200 issued"), { timeout: 10_000 }).toBeGreaterThan(20);
    const folder = copyMigrations();
    addMigration(folder, NEWER, "-- runs beside the version before\nCREATE TABLE later (id int);");
    await migrate(url, { migrationsDir: folder });
    const settled = requests.count("200 issued");
    // longer than it takes to notice
    await expect.poll(() => requests.count("200 issued"), { timeout: 20_000 }).toBeGreaterThan(settled + 100);
    await new Promise((resolve) => setTimeout(resolve, 1_500));
    await requests.stop();
    expect([...requests.statuses.keys()].sort()).toEqual(["200 active true", "200 issued"]);
    expect(program.process.exitCode).toBe(null);
  });

  it.each(FROM_THE_FUTURE)(
    "stops at one that %s without saying so: until it has ended it refuses with 503, and corrupts nothing",
    async (_what, sql) => {
      const { url } = await testDatabase();
      const { registry, address, program, db } = await startAuthority(url);
      const requests = startRequests(address, registry, await issue(address, registry.jwtService));
      await expect.poll(() => requests.count("200 issued"), { timeout: 10_000 }).toBeGreaterThan(20);
      const folder = copyMigrations();
      addMigration(folder, NEWEST, sql);
      const landedAt = Date.now();
      await migrate(url, { migrationsDir: folder });
      expect(await program.ended).toBe(1);
      const stoppedMs = Date.now() - landedAt;
      console.log(`an authority stopped ${stoppedMs} ms after a newer schema began to land`);
      expect(stoppedMs).toBeLessThan(6_000);
      expect(program.output()).toContain(
        `authority: the database was migrated by a newer version (${NEWEST}); start that version instead\n`,
      );
      await requests.stop();
      const known = ["200 active true", "200 issued", "503 nothing", "gone"];
      expect([...requests.statuses.keys()].filter((one) => !known.includes(one))).toEqual([]);
      // what was handed out is on record, whole; what could not be was refused
      const [row] = await db.query<{ issued: bigint; uses: bigint; half: bigint }>(
        `SELECT count(*) AS issued, (SELECT count(*) FROM token_use WHERE outcome = 'allowed') AS uses,
           count(*) FILTER (WHERE NOT EXISTS (SELECT FROM token_use u WHERE u.token_id = t.id AND u.outcome = 'issued')) AS half FROM token t`,
      );
      expect(Number(row?.issued)).toBeGreaterThanOrEqual(requests.count("200 issued") + 1);
      expect(Number(row?.uses)).toBeGreaterThanOrEqual(requests.count("200 active true"));
      expect(row?.half).toBe(0n);
    },
  );

  it("does not start on one: authority, worker and console say so in one line", async () => {
    const { url } = await testDatabase();
    const folder = copyMigrations();
    addMigration(folder, NEWEST, FROM_THE_FUTURE[0][1]);
    await migrate(url, { migrationsDir: folder });
    const variables = {
      DATABASE_URL: url,
      MASTER_KEY: randomBytes(32).toString("base64"),
      CONSOLE_PORT: "1",
    };
    for (const [entry, name] of [
      ["server/authority/main.ts", "authority"],
      ["server/worker/main.ts", "worker"],
      ["server/console/main.ts", "tokenwarden"],
    ] as const) {
      const starting = run([entry], { ...variables, AUTHORITY_PORT: "2", METRICS_PORT: "3" });
      expect(await starting.ended).not.toBe(0);
      expect(starting.output()).toBe(
        `${name}: the database was migrated by a newer version (${NEWEST}); start that version instead\n`,
      );
    }
  });

  it("refuses to start on a schema that lacks a migration", async () => {
    const url = await firstVersionDatabase(10);
    const variables = {
      DATABASE_URL: url,
      MASTER_KEY: randomBytes(32).toString("base64"),
      CONSOLE_PORT: "1",
    };
    for (const entry of ["authority", "worker", "console"]) {
      const starting = run([`server/${entry}/main.ts`], {
        ...variables,
        AUTHORITY_PORT: "2",
        METRICS_PORT: "3",
      });
      expect(await starting.ended).not.toBe(0);
      expect(starting.output()).toMatch(
        /^\w+: the database lacks 20261121010000_consumed_state, .*; migrate it first \(npx tokenwarden db migrate\)\n$/,
      );
    }
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    const { rows } = await client.query("SELECT count(*)::int AS n FROM signing_key");
    await client.end();
    expect(rows).toEqual([{ n: 0 }]);
  });
});
