import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import pg from "pg";
import { afterAll, beforeAll, expect, inject, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { ensureKeys } from "#lib/keys/ensure-keys.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { masterKeyId } from "#lib/keys/master-keys.ts";
import { openRootSecret, readKeyIdInForce } from "#lib/keys/root-secret.ts";

let db: Database;
let url: string;
let folder: string;
let file: string;
const present = randomBytes(32);

beforeAll(async () => {
  ({ url } = await testDatabase());
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-rewrap-"));
  file = path.join(folder, "key");
  writeFileSync(file, present.toString("base64"), { mode: 0o600 });
  await ensureKeys(systemContext(db, "test"), createKeyWrapper(present));
  await openRootSecret(db, createKeyWrapper(present));
});
afterAll(async () => {
  await db.end();
  rmSync(folder, { recursive: true });
});

const read = (at: string) => Buffer.from(readFileSync(at, "utf8").trim(), "base64");

/** The command as a person runs it. */
function run(databaseUrl = url) {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "main.ts"), "keys", "rewrap"], {
    env: {
      PATH: process.env.PATH ?? "",
      NODE_ENV: "production",
      DATABASE_URL: databaseUrl,
      MASTER_KEY_FILE: file,
    },
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk) => {
      output += chunk;
    });
  const ended = new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once("close", (code) => resolve({ code, output }));
  });
  return { child, ended };
}

/** What the database says, in one statement: which master key is in force, and which ones its signing keys are wrapped under. */
async function truths(): Promise<{ inForce: string; inUse: string[]; changes: bigint }> {
  const [row] = await db.query<{ inForce: string; inUse: string[]; changes: bigint }>(
    `SELECT m.key_id AS "inForce", (SELECT count(*) FROM audit_entry WHERE act = 'master_key.changed') AS changes,
       ARRAY(SELECT DISTINCT encode(substring(k.private_wrapped FROM 2 FOR 8), 'hex') FROM signing_key k WHERE k.private_wrapped IS NOT NULL) AS "inUse"
     FROM master_key m`,
  );
  if (row === undefined) throw new Error("no master key is in force");
  return row;
}

const all = (key: Buffer) => ({ inForce: masterKeyId(key), inUse: [masterKeyId(key)] });

/** The runs' own connections, and whether each waits for a lock; none where they are gone. */
async function connections(): Promise<string[]> {
  const rows = await db.query<{ standing: string }>(
    `SELECT CASE WHEN EXISTS (SELECT FROM pg_locks l WHERE l.pid = a.pid AND NOT l.granted) THEN 'waits' ELSE 'works' END AS standing
     FROM pg_stat_activity a WHERE a.datname = current_database() AND a.application_name = 'tokenwarden command line'`,
  );
  return rows.map(({ standing }) => standing);
}

/** Kills a run, and waits until the database has let go of what it held. */
async function kill({ child, ended }: ReturnType<typeof run>, letGo: () => Promise<unknown>) {
  child.kill("SIGKILL");
  expect((await ended).code).toBeNull();
  await letGo();
  await expect.poll(connections, { timeout: 20_000, interval: 20 }).toEqual([]);
}

/** A row that the run needs is held until it is seen to wait for it; then it is killed. */
async function killAtRow(query: string): Promise<void> {
  const holder = await db.pool.connect();
  const letGo = () => holder.query("ROLLBACK");
  try {
    await holder.query("BEGIN");
    await holder.query(query);
    const started = run();
    await expect.poll(connections, { timeout: 20_000, interval: 20 }).toContain("waits");
    // a connection that waits for a lock does not see that its process is gone
    await kill(started, letGo);
  } finally {
    await letGo();
    holder.release();
  }
}

test.each([
  ["at the first of the tables", "SELECT FROM signing_key FOR UPDATE"],
  ["with all wrapped and nothing on record yet", "SELECT FROM audit_chain FOR UPDATE"],
])(
  "killed %s, everything is as it was, and the next run ends it with the key that was on disk",
  async (_, query) => {
    const old = read(file);
    const { changes } = await truths();
    await killAtRow(query);
    expect(read(file)).toEqual(old);
    expect(await truths()).toEqual({ ...all(old), changes });
    const next = read(`${file}.next`);

    const again = await run().ended;
    expect(again).toMatchObject({ code: 0, output: expect.stringContaining(masterKeyId(next)) });
    expect([read(file), existsSync(`${file}.next`)]).toEqual([next, false]);
    expect(await truths()).toEqual({ ...all(next), changes: changes + 1n });
  },
  60_000,
);

test.each([
  ["as soon as the new key is on disk", async () => existsSync(`${file}.next`)],
  ["as soon as another key is in force", async (before: string) => (await readKeyIdInForce(db)) !== before],
])(
  "killed %s, the key in force is one that is on disk and all is wrapped under it, and the next run ends it",
  async (_, isSeen) => {
    const { inForce: before } = await truths();
    const started = run();
    let hasEnded = false;
    void started.ended.then(() => {
      hasEnded = true;
    });
    let isTime = false;
    while (!isTime && !hasEnded) {
      isTime = await isSeen(before);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(isTime).toBe(true);
    started.child.kill("SIGKILL");
    await started.ended;
    await expect.poll(connections, { timeout: 20_000, interval: 20 }).toEqual([]);
    const onDisk = [file, `${file}.next`].filter(existsSync).map((at) => masterKeyId(read(at)));
    const { inForce, inUse } = await truths();
    expect(onDisk).toContain(inForce);
    expect(inUse).toEqual([inForce]);

    expect(await run().ended).toMatchObject({ code: 0 });
    expect(existsSync(`${file}.next`)).toBe(false);
    expect(await truths()).toMatchObject(all(read(file)));
  },
  60_000,
);

test("of two runs at once one is at work: the other is refused, or comes after it and puts yet another key in force", async () => {
  const { changes } = await truths();
  const results = await Promise.all([run().ended, run().ended]);
  const done = results.filter(({ code }) => code === 0);
  expect(done.length).toBeGreaterThan(0);
  for (const { code, output } of results)
    if (code !== 0) expect(output).toContain("another run of keys rewrap is at work");
  expect(existsSync(`${file}.next`)).toBe(false);
  expect(await truths()).toEqual({ ...all(read(file)), changes: changes + BigInt(done.length) });
}, 60_000);

test("a run that has itself migrated the database waits until what ran with the version before has given way; one that has not does not", async () => {
  const admin = new pg.Client({ connectionString: inject("databaseAdminUrl") });
  await admin.connect();
  const name = `test_${randomBytes(6).toString("hex")}`;
  try {
    await admin.query(`CREATE DATABASE ${name} OWNER tokenwarden`);
  } finally {
    await admin.end();
  }
  const unmigrated = new URL(url);
  unmigrated.pathname = `/${name}`;
  const first = await run(unmigrated.toString()).ended;
  expect(first).toMatchObject({ code: 0, output: expect.stringContaining("waiting for what ran") });
  const client = new pg.Client({ connectionString: unmigrated.toString() });
  await client.connect();
  try {
    const { rows } = await client.query<{ waited: boolean }>(
      "SELECT m.changed_at - (SELECT max(finished_at) FROM _prisma_migrations) > interval '1.9 s' AS waited FROM master_key m",
    );
    expect(rows).toEqual([{ waited: true }]);
  } finally {
    await client.end();
  }
  const second = await run(unmigrated.toString()).ended;
  expect(second.code).toBe(0);
  expect(second.output).not.toContain("waiting for what ran");
}, 120_000);
