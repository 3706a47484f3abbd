import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { type Env, parseEnv } from "#lib/env.ts";
import { ensureKeys } from "#lib/keys/ensure-keys.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { masterKeyId, openMasterKeys } from "#lib/keys/master-keys.ts";
import { rewrapKeys } from "#lib/keys/rewrap-keys.ts";
import { openRootSecret, readKeyIdInForce } from "#lib/keys/root-secret.ts";
import { resealStates } from "#lib/protocol/reseal-states.ts";
import { createStateSeal } from "#lib/protocol/state-seal.ts";
import { findState, hashId, place } from "#lib/protocol/state-store.ts";
import { ensureMasterKey, finishRewrap } from "#server/supervisor/master-key.ts";
import { rewrap } from "./rewrap.ts";

let db: Database;
let url: string;
let folder: string;
let file: string;
const present = randomBytes(32);

beforeEach(async () => {
  ({ url } = await testDatabase());
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-rewrap-"));
  file = path.join(folder, "key");
  put(file, present);
  const wrapper = createKeyWrapper(present);
  await ensureKeys(ctx(), wrapper);
  await openRootSecret(db, wrapper);
});
afterEach(async () => {
  await db.end();
  rmSync(folder, { recursive: true });
});

const ctx = () => systemContext(db, "test");
const put = (at: string, key: Buffer) => writeFileSync(at, `${key.toString("base64")}\n`, { mode: 0o600 });
const read = (at: string) => Buffer.from(readFileSync(at, "utf8").trim(), "base64");
const env = (given: Record<string, string> = {}): Env =>
  parseEnv({ DATABASE_URL: url, MASTER_KEY_FILE: file, ...given });

/** Whether a key opens every signing key. */
async function opensAll(keys: Parameters<typeof createKeyWrapper>[0]): Promise<boolean> {
  const rows = await db.query<{ kid: string; wrapped: Buffer }>(
    "SELECT kid, private_wrapped AS wrapped FROM signing_key",
  );
  const wrapper = createKeyWrapper(keys);
  const results = await Promise.allSettled(rows.map(({ kid, wrapped }) => wrapper.unwrap(wrapped, kid)));
  return results.every((one) => one.status === "fulfilled");
}

test("a run puts a new key in the file's place, which a process that runs reads by itself; the old one is kept aside and opens nothing", async () => {
  const running = openMasterKeys(env());
  const { keyId, wrapped, kept } = await rewrap(ctx(), env());
  expect(wrapped).toMatchObject({ signingKeys: 5 });
  const key = read(file);
  expect(masterKeyId(key)).toBe(keyId);
  expect(await readKeyIdInForce(db)).toBe(keyId);
  expect(read(kept ?? "")).toEqual(present);
  expect(readdirSync(folder).sort()).toEqual([path.basename(kept ?? ""), "key"].sort());
  for (const one of [file, kept ?? ""]) expect(statSync(one).mode & 0o777).toBe(0o600);
  expect([await opensAll(key), await opensAll(running), await opensAll(present)]).toEqual([
    true,
    true,
    false,
  ]);
  // and once more
  expect((await rewrap(ctx(), env())).keyId).not.toBe(keyId);
  expect([await opensAll(running), await opensAll(key)]).toEqual([true, false]);
});

test("a run that was killed before it wrapped anything is gone on with: with the key that it had put on disk", async () => {
  const next = randomBytes(32);
  put(`${file}.next`, next);
  await ensureMasterKey(env(), url);
  await finishRewrap(env(), url);
  expect(read(file), "a start changes nothing").toEqual(present);
  expect((await rewrap(ctx(), env())).keyId).toBe(masterKeyId(next));
  expect([read(file), existsSync(`${file}.next`)]).toEqual([next, false]);
  expect(await opensAll(next)).toBe(true);
});

test.each(["run again", "start of the product"])(
  "a run that was killed once all was wrapped: what runs and what starts reads the new key, and it is ended by a %s",
  async (way) => {
    const running = openMasterKeys(env());
    const next = randomBytes(32);
    put(`${file}.next`, next);
    await rewrapKeys(ctx(), { from: present, to: next });
    await ensureMasterKey(env(), url);
    expect([await opensAll(running), await opensAll(openMasterKeys(env()))]).toEqual([true, true]);
    if (way === "run again")
      expect(await rewrap(ctx(), env())).toMatchObject({ keyId: masterKeyId(next), wrapped: null });
    else await finishRewrap(env(), url);
    expect([read(file), existsSync(`${file}.next`)]).toEqual([next, false]);
    expect(await opensAll(running)).toBe(true);
  },
);

test("a wrong master key is sealed: nothing is wrapped, no file is made, one line", async () => {
  put(file, randomBytes(32));
  const keys = () => db.query("SELECT * FROM signing_key ORDER BY kid");
  const before = await keys();
  await expect(ensureMasterKey(env(), url)).rejects.toThrow(/^The master key does not open [^\n]+$/);
  await expect(rewrap(ctx(), env())).rejects.toMatchObject({ code: "SEALED" });
  expect(await keys()).toEqual(before);
  expect(readdirSync(folder)).toEqual(["key"]);
});

test("MASTER_KEY_NEXT that is the key in force, left over from the last time, is refused; nothing is wrapped and no file is made", async () => {
  const next = randomBytes(32);
  const left = { MASTER_KEY_NEXT: next.toString("base64") };
  await rewrap(ctx(), env(left));
  const everything = async () => ({
    keys: await db.query("SELECT kid, private_wrapped FROM signing_key ORDER BY kid"),
    master: await db.query("SELECT * FROM master_key"),
    files: readdirSync(folder).sort(),
  });
  const before = await everything();
  await expect(rewrap(ctx(), env(left))).rejects.toThrow(/^MASTER_KEY_NEXT is the master key in force/);
  const byEnvironment = parseEnv({ DATABASE_URL: url, MASTER_KEY: next.toString("base64"), ...left });
  await expect(rewrap(ctx(), byEnvironment)).rejects.toThrow(/^MASTER_KEY_NEXT is the master key in force/);
  expect(await everything()).toEqual(before);
  // another one, or none, is taken
  const other = randomBytes(32);
  expect(await rewrap(ctx(), env({ MASTER_KEY_NEXT: other.toString("base64") }))).toMatchObject({
    keyId: masterKeyId(other),
  });
  expect((await rewrap(ctx(), env())).keyId).not.toBe(masterKeyId(other));
});

test.each([
  ["before it wrapped anything", false],
  ["once all was wrapped", true],
])(
  "MASTER_KEY_NEXT that is another key than a run began with that was killed %s is refused; without it that run is ended, and then it is taken",
  async (_when, isWrapped) => {
    const [begun, other] = [randomBytes(32), randomBytes(32)];
    put(`${file}.next`, begun);
    if (isWrapped) await rewrapKeys(ctx(), { from: present, to: begun });
    const inForce = await readKeyIdInForce(db);
    const given = env({ MASTER_KEY_NEXT: other.toString("base64") });
    await expect(rewrap(ctx(), given)).rejects.toThrow(/^a run of keys rewrap .+ without MASTER_KEY_NEXT/);
    expect([await readKeyIdInForce(db), read(file), read(`${file}.next`)]).toEqual([inForce, present, begun]);
    // the one that was begun with is no other
    const same = env({ MASTER_KEY_NEXT: begun.toString("base64") });
    expect((await rewrap(ctx(), isWrapped ? env() : same)).keyId).toBe(masterKeyId(begun));
    expect((await rewrap(ctx(), given)).keyId).toBe(masterKeyId(other));
    expect([read(file), await opensAll(other)]).toEqual([other, true]);
  },
);

test("by the environment the new key is MASTER_KEY_NEXT, and a process with both opens before and after", async () => {
  const next = randomBytes(32);
  const MASTER_KEY = present.toString("base64");
  const given = (more: Record<string, string> = {}) => parseEnv({ DATABASE_URL: url, MASTER_KEY, ...more });
  await expect(rewrap(ctx(), given())).rejects.toThrow(/MASTER_KEY_NEXT/);
  const both = given({ MASTER_KEY_NEXT: next.toString("base64") });
  const [prepared, unprepared] = [openMasterKeys(both), openMasterKeys(given())];
  expect(await opensAll(prepared)).toBe(true);
  expect(await rewrap(ctx(), both)).toMatchObject({ keyId: masterKeyId(next), kept: null });
  expect([await opensAll(prepared), await opensAll(unprepared), await opensAll(next)]).toEqual([
    true,
    false,
    true,
  ]);
  await expect(ensureMasterKey(given(), url)).rejects.toThrow(/does not open/);
  expect(await rewrap(ctx(), both)).toMatchObject({ wrapped: null });
});

test("of many rows, those alone that a master key sealed are sealed anew, wherever they stand", async () => {
  const sealed = {
    ...createStateSeal(present).seal({ accountId: "ana" }, place("Grant", hashId("last"))),
    v: 1,
  };
  await db.query(
    `INSERT INTO protocol_state (model, id_hash, payload) SELECT 'AccessToken', sha256(n::text::bytea), '{"v":2,"sealed":"x"}' FROM generate_series(1, 2500) n`,
  );
  await db.query(
    "INSERT INTO protocol_state (model, id_hash, payload) VALUES ('Grant', $1::bytea, $2::jsonb)",
    [hashId("last"), JSON.stringify(sealed)],
  );
  const root = await openRootSecret(db, createKeyWrapper(present));
  const seal = createStateSeal(root, [present]);
  expect(await resealStates(db, seal)).toBe(1);
  expect(await findState(db, createStateSeal(root), "Grant", "last")).toMatchObject({
    payload: { accountId: "ana" },
  });
  const [others] = await db.query<{ count: bigint }>(
    `SELECT count(*) AS count FROM protocol_state WHERE model = 'AccessToken' AND payload = '{"v":2,"sealed":"x"}'`,
  );
  expect(others?.count).toBe(2500n);
  expect(await resealStates(db, seal), "once more").toBe(0);
});

test("what was sealed by the master key itself, before there was a root secret, opens by the root afterwards and no more by the old key", async () => {
  const at = place("Grant", hashId("g1"));
  const sealed = { ...createStateSeal(present).seal({ accountId: "ana" }, at), v: 1 };
  await db.query(
    "INSERT INTO protocol_state (model, id_hash, payload) VALUES ('Grant', $1::bytea, $2::jsonb)",
    [hashId("g1"), JSON.stringify(sealed)],
  );
  await rewrap(ctx(), env());
  const root = await openRootSecret(db, createKeyWrapper(openMasterKeys(env())));
  expect(await findState(db, createStateSeal(root), "Grant", "g1")).toMatchObject({
    payload: { accountId: "ana" },
  });
  expect(await findState(db, createStateSeal(present, [present]), "Grant", "g1")).toBeNull();
});
