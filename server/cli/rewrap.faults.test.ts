import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { ensureKeys } from "#lib/keys/ensure-keys.ts";
import { createKeyWrapper, wrappedUnder } from "#lib/keys/key-wrapper.ts";
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
function run() {
  const child = spawn(process.execPath, [path.join(import.meta.dirname, "main.ts"), "keys", "rewrap"], {
    env: { PATH: process.env.PATH ?? "", NODE_ENV: "production", DATABASE_URL: url, MASTER_KEY_FILE: file },
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

async function idsInUse(): Promise<Set<string | null>> {
  const rows = await db.query<{ wrapped: Buffer }>("SELECT private_wrapped AS wrapped FROM signing_key");
  return new Set(rows.map(({ wrapped }) => wrappedUnder(wrapped)));
}

test("killed in the middle of wrapping, everything is as it was, and the next run ends it with the key that was on disk", async () => {
  const holder = await db.pool.connect();
  const [first] = await db.query<{ kid: string }>("SELECT kid FROM signing_key ORDER BY kid DESC LIMIT 1");
  try {
    await holder.query("BEGIN");
    // the run waits for this row's table inside its transaction
    await holder.query("SELECT FROM signing_key WHERE kid = $1::text FOR UPDATE", [first?.kid ?? ""]);
    const { child, ended } = run();
    await expect
      .poll(
        async () =>
          (
            await db.query(
              "SELECT FROM pg_locks WHERE NOT granted AND relation = 'signing_key'::regclass AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            )
          ).length,
        { timeout: 20_000 },
      )
      .toBe(1);
    child.kill("SIGKILL");
    expect((await ended).code).toBeNull();
  } finally {
    await holder.query("ROLLBACK");
    holder.release();
  }
  expect(read(file)).toEqual(present);
  expect(await idsInUse()).toEqual(new Set([masterKeyId(present)]));
  const next = read(`${file}.next`);

  const again = await run().ended;
  expect(again).toMatchObject({ code: 0, output: expect.stringContaining(masterKeyId(next)) });
  expect([read(file), existsSync(`${file}.next`)]).toEqual([next, false]);
  expect(await idsInUse()).toEqual(new Set([masterKeyId(next)]));
  expect(await readKeyIdInForce(db)).toBe(masterKeyId(next));
}, 60_000);

test("killed at whatever moment, it is ended by being run again, and the key in force is always one that is on disk", async () => {
  for (let round = 0; round < 4; round += 1) {
    const { child, ended } = run();
    await new Promise((resolve) => setTimeout(resolve, 250 + round * 150));
    child.kill("SIGKILL");
    await ended;
    const onDisk = [file, `${file}.next`].filter(existsSync).map((at) => masterKeyId(read(at)));
    const inForce = await readKeyIdInForce(db);
    expect(onDisk).toContain(inForce);
    expect(await idsInUse()).toEqual(new Set([inForce]));
  }
  expect(await run().ended).toMatchObject({ code: 0 });
  expect(await readKeyIdInForce(db)).toBe(masterKeyId(read(file)));
  expect(existsSync(`${file}.next`)).toBe(false);
}, 60_000);
