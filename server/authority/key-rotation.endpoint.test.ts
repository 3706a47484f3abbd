import { createHash } from "node:crypto";
import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { pino } from "pino";
import { afterAll, beforeAll, expect, test } from "vitest";
import { compromiseKey } from "#lib/keys/compromise-key.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { planEmergency } from "#lib/keys/plan-emergency.ts";
import { rotateKey } from "#lib/keys/rotate-key.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { type RunningWorker, startWorker } from "#server/worker/start.ts";
import { introspect, issue, startTestInstance, type TestInstance, verify } from "./test-authority.ts";

/** Instead of the ten minutes that the JWKS may be kept: the setting that header and waiting time come from. */
const CACHE_SECONDS = 1;

let instance: TestInstance;
let worker: RunningWorker;
let urls: [string, string];

beforeAll(async () => {
  instance = await startTestInstance(2);
  urls = instance.urls as [string, string];
  await instance.db.query("UPDATE organisation SET jwks_cache_seconds = $1::int", [CACHE_SECONDS]);
  worker = await startWorker({ databaseUrl: instance.databaseUrl, log: pino({ level: "silent" }) });
  await Promise.all(instance.authorities.map(({ services }) => services.follower.poll()));
});
afterAll(async () => {
  await worker.stop();
  await instance.stop();
});

const owner = () => contextAs(instance.db, "owner");
const wrapper = () => createKeyWrapper(instance.masterKey);
const billing = () => instance.registry.verifiers.billing.secret;
const kidOf = (token: string) => decodeProtectedHeader(token).kid as string;

async function kidsAt(url: string): Promise<string[]> {
  const answer = await fetch(`${url}/oauth/jwks`);
  expect(answer.headers.get("cache-control")).toBe(`public, max-age=${CACHE_SECONDS}`);
  return ((await answer.json()) as { keys: { kid: string }[] }).keys.map(({ kid }) => kid);
}

/**
 * An independent verifier that keeps the JWKS for as long as it may and, unlike one of the defaults, never asks anew for a key that it does not
 * know: it fails where the defaults would help themselves.
 */
function independent(url: string) {
  const keys = createRemoteJWKSet(new URL(`${url}/oauth/jwks`), {
    cacheMaxAge: CACHE_SECONDS * 1_000,
    cooldownDuration: 600_000,
  });
  return (token: string) => jwtVerify(token, keys, { issuer: instance.issuer, typ: "at+jwt" });
}

test("a planned rotation under load: every token verifies everywhere, also where nobody asks anew for a key, and no request fails (mistake 9)", async () => {
  const verifiers = urls.map(independent);
  const failures: unknown[] = [];
  const issuedAt = new Map<string, number>();
  const kept: string[] = [];
  let isOver = false;
  async function load(from: number) {
    const [mine, theirs] = from === 0 ? urls : ([urls[1], urls[0]] as const);
    while (!isOver)
      try {
        const token = await issue(mine, instance.registry.jwtService);
        const kid = kidOf(token);
        if (!issuedAt.has(kid)) issuedAt.set(kid, Date.now());
        if (kept.length < 10) kept.push(token);
        await Promise.all(verifiers.map((check) => check(token)));
        const answer = (await introspect(theirs, token, billing())) as { active: boolean };
        if (!answer.active) throw new Error(`refused at the other authority: ${kid}`);
      } catch (error) {
        failures.push(error);
      }
  }
  const running = [load(0), load(1)];
  const announcedAt = Date.now();
  const { key, other } = await rotateKey(owner(), wrapper(), {
    purpose: "access_token",
    reason: "policy",
    note: "",
  });
  await expect
    .poll(() => Promise.all(urls.map(kidsAt)), { timeout: 5_000 })
    .toEqual([expect.arrayContaining([key.kid]), expect.arrayContaining([key.kid])]);
  await expect.poll(() => issuedAt.has(key.kid), { timeout: 15_000, interval: 50 }).toBe(true);
  // caches that were filled before run out once more under the new key
  await new Promise((resolve) => setTimeout(resolve, CACHE_SECONDS * 1_000 + 200));
  isOver = true;
  await Promise.all(running);

  expect(failures).toEqual([]);
  expect((issuedAt.get(key.kid) ?? 0) - announcedAt).toBeGreaterThan((CACHE_SECONDS + 5) * 1_000);
  for (const url of urls) {
    expect(kidOf(await issue(url, instance.registry.jwtService))).toBe(key.kid);
    for (const token of kept) {
      expect(kidOf(token)).toBe(other?.kid);
      expect(await introspect(url, token, billing())).toMatchObject({ active: true });
    }
  }
}, 30_000);

test("an emergency: what the old key signed is refused on both authorities, on record, and new tokens are good", async () => {
  const [one, two] = urls;
  const tokens = await Promise.all([
    issue(one, instance.registry.jwtService),
    issue(two, instance.registry.jwtService),
  ]);
  const opaque = await issue(one, instance.registry.opaqueService);
  const old = kidOf(tokens[0]);
  for (const url of urls) expect((await verify(url, tokens[0], billing())).status).toBe(200);
  const ctx = owner();
  const { plan } = await planEmergency(ctx, { kid: old });
  const done = await compromiseKey({ ...ctx, now: new Date() }, wrapper(), {
    kid: old,
    planId: plan.id,
    confirm: old,
    reason: "key_compromise",
    note: "",
  });
  const refusals = async () =>
    Promise.all(
      urls.flatMap((url) => tokens.map(async (token) => (await verify(url, token, billing())).status)),
    );
  await expect.poll(refusals, { timeout: 5_000, interval: 20 }).toEqual([401, 401, 401, 401]);
  // which key signs, each authority hears for itself
  const signing = () =>
    Promise.all(urls.map(async (url) => kidOf(await issue(url, instance.registry.jwtService))));
  await expect.poll(signing).toEqual(urls.map(() => done.other?.kid));
  for (const url of urls) {
    expect(await introspect(url, tokens[1], billing())).toEqual({ active: false });
    expect(await introspect(url, opaque, billing()), "no key signed it").toMatchObject({ active: true });
    expect(await kidsAt(url)).not.toContain(old);
    const next = await issue(url, instance.registry.jwtService);
    expect(kidOf(next)).toBe(done.other?.kid);
    expect(await introspect(one, next, billing())).toMatchObject({ active: true });
    expect(await introspect(two, next, billing())).toMatchObject({ active: true });
    await independent(url)(next);
    await expect(independent(url)(tokens[0])).rejects.toMatchObject({ code: "ERR_JWKS_NO_MATCHING_KEY" });
  }
  const uses = await instance.db.query<{ refusal: string }>(
    `SELECT DISTINCT u.refusal FROM token_use u JOIN token t ON t.id = u.token_id WHERE t.value_hash = $1::bytea AND u.outcome = 'refused'`,
    [createHash("sha256").update(tokens[1]).digest()],
  );
  expect(uses, "each attempt stands beside its token").toEqual([{ refusal: "revoked" }]);
});

test("a key whose private half is gone verifies nothing", async () => {
  const [one] = urls;
  const token = await issue(one, instance.registry.jwtService);
  const kid = kidOf(token);
  await rotateKey(owner(), wrapper(), { purpose: "access_token", reason: "policy", note: "" });
  const later = "clock_timestamp() - interval '1 second'";
  await instance.db.query(
    `UPDATE signing_key SET ready_at = ${later}, activates_at = ${later} WHERE state = 'standby'`,
  );
  await expect
    .poll(async () => kidOf(await issue(one, instance.registry.jwtService)), { timeout: 10_000 })
    .not.toBe(kid);
  expect(await introspect(one, token, billing()), "retiring").toMatchObject({ active: true });
  await instance.db.query("UPDATE signing_key SET retires_at = NULL WHERE kid = $1::text", [kid]);
  await instance.db.query("UPDATE signing_key SET state = 'retired' WHERE kid = $1::text", [kid]);
  await Promise.all(instance.authorities.map(({ services }) => services.follower.poll()));
  expect(await introspect(one, token, billing()), "retired").toEqual({ active: false });
  await instance.db.query(
    "UPDATE signing_key SET state = 'destroyed', private_wrapped = NULL WHERE kid = $1::text",
    [kid],
  );
  await Promise.all(instance.authorities.map(({ services }) => services.follower.poll()));
  expect(await introspect(one, token, billing()), "destroyed").toEqual({ active: false });
});
