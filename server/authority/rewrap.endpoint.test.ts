import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { decodeProtectedHeader } from "jose";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { type Env, parseEnv } from "#lib/env.ts";
import { activateKey } from "#lib/keys/activate-key.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { fixedMasterKeys, type MasterKeys, openMasterKeys } from "#lib/keys/master-keys.ts";
import { readKeyIdInForce } from "#lib/keys/root-secret.ts";
import { rotateKey } from "#lib/keys/rotate-key.ts";
import { freePort } from "#lib/test-port.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { rewrap } from "../cli/rewrap.ts";
import { TestBrowser } from "./engine/test-browser.ts";
import { discover, logIn, seedPeople, startAuthorization } from "./engine/test-people.ts";
import { type RunningAuthority, startAuthority } from "./start.ts";
import { introspect, issue, seedRegistry } from "./test-authority.ts";

let db: Database;
let env: Env;
let folder: string;
let registry: Awaited<ReturnType<typeof seedRegistry>>;
let issuer: string;
const running: RunningAuthority[] = [];
const said: string[] = [];
const present = randomBytes(32);

async function start(masterKeys: MasterKeys): Promise<{ authority: RunningAuthority; url: string }> {
  const port = await freePort();
  issuer ??= `http://localhost:${port}`;
  const given = {
    AUTHORITY_PORT: String(port),
    AUTHORITY_ISSUER: issuer,
    CONSOLE_PORT: "1",
    METRICS_PORT: "2",
  };
  const log = pino({ level: "error" }, { write: (line: string) => void said.push(line) });
  const authority = await startAuthority({
    env: parseEnv(given),
    databaseUrl: env.databaseUrl ?? "",
    masterKeys,
    log,
    metricsPort: null,
  });
  running.push(authority);
  return { authority, url: `http://localhost:${port}` };
}

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  registry = await seedRegistry(db);
  folder = mkdtempSync(path.join(tmpdir(), "tokenwarden-rewrap-"));
  const file = path.join(folder, "key");
  writeFileSync(file, present.toString("base64"), { mode: 0o600 });
  env = parseEnv({ DATABASE_URL: url, MASTER_KEY_FILE: file });
});
afterAll(async () => {
  for (const authority of running) await authority.stop();
  await db.end();
  rmSync(folder, { recursive: true });
});

/** Another key of access tokens signs, as if the caches had run out meanwhile; made as the console makes it. */
async function rotate(masterKeys: MasterKeys): Promise<string> {
  const owner = () => contextAs(db, "owner");
  const wrapper = createKeyWrapper(masterKeys, () => readKeyIdInForce(db));
  const why = { reason: "policy", note: "" } as const;
  const { key } = await rotateKey(owner(), wrapper, { purpose: "access_token", ...why });
  await db.query("UPDATE signing_key SET ready_at = now(), activates_at = now() WHERE state = 'standby'");
  await activateKey(owner(), { kid: key.kid, ...why });
  await Promise.all(running.map(({ services }) => services.follower.poll()));
  return key.kid;
}

test("the master key is replaced under authorities that run: one with the file goes on through the next change of keys, sessions live, the other says what it needs and then issues nothing", async () => {
  const followed = await start(openMasterKeys(env));
  const behind = await start(fixedMasterKeys(present));
  const people = await seedPeople(db);
  await Promise.all(running.map(({ services }) => services.follower.poll()));
  const client = await discover({ issuer }, people.web);
  const browser = new TestBrowser();
  await logIn(client, { browser });
  const before = await issue(followed.url, registry.jwtService);
  const secret = registry.verifiers.billing.secret;

  await rewrap(systemContext(db, "command line"), env);
  await Promise.all(running.map(({ services }) => services.follower.poll()));
  expect(said.filter((line) => line.includes("start it again with the new MASTER_KEY"))).toHaveLength(1);
  for (const { url } of [followed, behind]) {
    expect(await introspect(url, before, secret)).toMatchObject({ active: true });
    const token = await issue(url, registry.jwtService);
    expect(await introspect(followed.url, token, secret)).toMatchObject({ active: true });
  }

  const kid = await rotate(openMasterKeys(env));
  const after = await issue(followed.url, registry.jwtService);
  expect(decodeProtectedHeader(after).kid).toBe(kid);
  for (const token of [before, after])
    expect(await introspect(followed.url, token, secret)).toMatchObject({ active: true });
  await expect(issue(behind.url, registry.jwtService)).rejects.toThrow(/no token: 503 .*signing keys/);

  // the session from before: nobody is asked for a password
  const { url } = await startAuthorization(client, { prompt: "none" });
  expect((await browser.open(url)).url.searchParams.get("code")).toMatch(/\S/);

  const opened = await db.query<{ count: bigint }>("SELECT count(*) AS count FROM signing_key");
  await expect(start(fixedMasterKeys(present))).rejects.toMatchObject({ code: "SEALED" });
  expect(await db.query("SELECT count(*) AS count FROM signing_key")).toEqual(opened);
  const again = await start(openMasterKeys(env));
  expect(await introspect(again.url, before, secret)).toMatchObject({ active: true });
  expect(decodeProtectedHeader(await issue(again.url, registry.jwtService)).kid).toBe(kid);
}, 30_000);
