import { createRemoteJWKSet, decodeProtectedHeader, type JWK, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { advanceKeys } from "#lib/keys/advance-keys.ts";
import { compromiseKey } from "#lib/keys/compromise-key.ts";
import { RSA_MODULUS_BITS } from "#lib/keys/generate-key.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import type { KeyAlgorithm, KeyPurpose } from "#lib/keys/model.ts";
import { planEmergency } from "#lib/keys/plan-emergency.ts";
import { rotateKey } from "#lib/keys/rotate-key.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { TestBrowser } from "./engine/test-browser.ts";
import { discover, logIn, type People, seedPeople } from "./engine/test-people.ts";
import { TestReader } from "./feed/test-reader.ts";
import { introspect, issue, startTestInstance, type TestInstance, verify } from "./test-authority.ts";

let instance: TestInstance;
let people: People;
let url: string;

beforeAll(async () => {
  instance = await startTestInstance(1);
  url = instance.urls[0] as string;
  people = await seedPeople(instance.db);
  await poll();
});
afterAll(() => instance.stop());

const poll = () => instance.authorities[0]?.services.follower.poll();
const owner = () => contextAs(instance.db, "owner");
const wrapper = () => createKeyWrapper(instance.masterKey);
const billing = () => instance.registry.verifiers.billing.secret;
const alg = (jwt: string) => decodeProtectedHeader(jwt).alg;
const isActive = async (token: string) =>
  ((await introspect(url, token, billing())) as { active: boolean }).active;
const why = { reason: "policy", note: "" } as const;

async function announce(purpose: KeyPurpose, algorithm: KeyAlgorithm): Promise<string> {
  const { key } = await rotateKey(owner(), wrapper(), { purpose, algorithm, ...why });
  await poll();
  return key.kid;
}

/** As if the caches had run out meanwhile. */
async function activate(kid: string): Promise<void> {
  await instance.db.query(
    `UPDATE signing_key SET ready_at = ready_at - interval '1 hour', activates_at = activates_at - interval '1 hour' WHERE kid = $1::text`,
    [kid],
  );
  expect(await advanceKeys(systemContext(instance.db, "worker"))).toBe(true);
  await poll();
}

const turn = async (purpose: KeyPurpose, algorithm: KeyAlgorithm) =>
  activate(await announce(purpose, algorithm));

async function signs(purpose: KeyPurpose): Promise<KeyAlgorithm> {
  const [active] = await instance.db.query<{ algorithm: KeyAlgorithm }>(
    "SELECT algorithm FROM signing_key WHERE purpose = $1::text AND state = 'active'",
    [purpose],
  );
  if (active === undefined) throw new Error(`no key signs for ${purpose}`);
  return active.algorithm;
}

/** Sees that another algorithm than this one signs, whatever came before. */
async function turnFrom(purpose: KeyPurpose, algorithm: KeyAlgorithm): Promise<void> {
  if ((await signs(purpose)) === algorithm) await turn(purpose, algorithm === "ES256" ? "EdDSA" : "ES256");
}

async function setOf(path: string): Promise<JWK[]> {
  return ((await (await fetch(url + path)).json()) as { keys: JWK[] }).keys;
}
const offered = async () =>
  ((await (await fetch(`${url}/.well-known/openid-configuration`)).json()) as Record<string, string[]>)
    .id_token_signing_alg_values_supported;

/** What whoever knows the published keys alone makes of a JWT. */
const check = (jwt: string, typ: string | undefined, algorithm: KeyAlgorithm, path = "/oauth/jwks") =>
  jwtVerify(jwt, createRemoteJWKSet(new URL(url + path)), {
    issuer: instance.issuer,
    algorithms: [algorithm],
    ...(typ === undefined ? {} : { typ }),
  });

describe.each(["RS256", "PS256", "EdDSA", "ES256"] as const)("a rotation to %s", (algorithm) => {
  test("of access tokens: what is issued has it and verifies, what was signed before verifies on, and no other algorithm under its key", async () => {
    await turnFrom("access_token", algorithm);
    const before = await issue(url, instance.registry.jwtService);
    await turn("access_token", algorithm);
    const token = await issue(url, instance.registry.jwtService);
    const { kid } = decodeProtectedHeader(token);
    expect(alg(token)).toBe(algorithm);
    expect(alg(before)).not.toBe(algorithm);
    await check(token, "at+jwt", algorithm);
    for (const good of [before, token]) {
      expect(await isActive(good)).toBe(true);
      expect((await verify(url, good, billing())).status).toBe(200);
    }
    const key = (await setOf("/oauth/jwks")).find((one) => one.kid === kid);
    expect(key).toMatchObject({ alg: algorithm, use: "sig" });
    if (algorithm.endsWith("S256") && key?.kty === "RSA")
      expect(Buffer.from(key.n ?? "", "base64url").length * 8).toBe(RSA_MODULUS_BITS);
    const [, payload, signature] = token.split(".");
    for (const other of ["ES256", "RS256", "PS256", "EdDSA", "HS256", "none"].filter(
      (one) => one !== algorithm,
    )) {
      const header = Buffer.from(JSON.stringify({ alg: other, typ: "at+jwt", kid })).toString("base64url");
      const swapped = `${header}.${payload}.${signature}`;
      expect(await isActive(swapped), other).toBe(false);
      expect((await verify(url, swapped, billing())).status, other).toBe(401);
    }
  }, 20_000);

  test("of ID tokens: clients learn of it before it signs, take it, and a hint from before is good", async () => {
    await turnFrom("id_token", algorithm);
    const present = await offered();
    const early = await discover(instance, people.web);
    const first = await logIn(early);
    const kid = await announce("id_token", algorithm);
    const [signs, ...retiring] = present ?? [];
    expect(await offered()).toEqual([...new Set([signs, algorithm, ...retiring])]);
    // this client reads the metadata while the key is only announced
    const client = await discover(instance, people.web);
    await activate(kid);
    expect((await offered())?.[0]).toBe(algorithm);
    const { tokens } = await logIn(client);
    expect(alg(tokens.id_token ?? "")).toBe(algorithm);
    expect(tokens.claims()?.sub).toBe(people.users.ana);
    await check(tokens.id_token ?? "", undefined, algorithm);
    const logout = (hint: string) =>
      new TestBrowser().open(oidc.buildEndSessionUrl(client, { id_token_hint: hint }));
    for (const hint of [first.tokens.id_token ?? "", tokens.id_token ?? ""])
      expect((await logout(hint)).response.status).toBe(200);
    const [, payload, signature] = (first.tokens.id_token ?? "").split(".");
    const [header] = (tokens.id_token ?? "").split(".");
    expect((await logout(`${header}.${payload}.${signature}`)).response.status).toBe(400);
  }, 20_000);
});

test.each(["RS256", "EdDSA"] as const)(
  "status lists and the feed are signed with %s after their rotations, each by itself, and read by the published keys",
  async (algorithm) => {
    const token = await issue(url, instance.registry.jwtService);
    const { status } = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString()) as {
      status: { status_list: { uri: string } };
    };
    await turnFrom("status_list", algorithm);
    await turn("status_list", algorithm);
    const list = await (await fetch(url + new URL(status.status_list.uri).pathname)).text();
    expect(alg(list)).toBe(algorithm);
    await check(list, "statuslist+jwt", algorithm);

    await turnFrom("feed", algorithm);
    // somebody else has just been answered from the same place, and what was signed for them is not handed out after the turn
    const readerOf = (alg: KeyAlgorithm) =>
      new TestReader({ url, issuer: instance.issuer, secret: billing(), algorithm: alg });
    const earlier = readerOf(await signs("feed"));
    await earlier.load();
    await earlier.poll(0);
    await turn("feed", algorithm);
    const reader = readerOf(algorithm);
    await reader.load();
    const { statement } = await reader.poll(0);
    expect(statement.iss).toBe(instance.issuer);
    expect((await setOf("/revocations/jwks")).map((key) => key.alg)).toContain(algorithm);
    expect(alg(await issue(url, instance.registry.jwtService)), "tokens stay as they were").toBe(alg(token));
  },
  20_000,
);

test.each(["RS256", "PS256", "EdDSA", "ES256"] as const)(
  "a token signed with %s is good while its key is active or retiring, and refused once it is retired, compromised or destroyed",
  async (algorithm) => {
    const kidOf = (jwt: string) => String(decodeProtectedHeader(jwt).kid);
    const put = async (kid: string, change: string) => {
      await instance.db.query(`UPDATE signing_key SET ${change} WHERE kid = $1::text`, [kid]);
      await poll();
    };
    const other = algorithm === "ES256" ? "EdDSA" : "ES256";
    await turnFrom("access_token", algorithm);
    await turn("access_token", algorithm);
    const one = await issue(url, instance.registry.jwtService);
    expect(await isActive(one)).toBe(true);
    await turn("access_token", other);
    expect(await isActive(one), "retiring").toBe(true);
    await put(kidOf(one), "retires_at = clock_timestamp() - interval '1 second'");
    await put(kidOf(one), "state = 'retired'");
    expect(await isActive(one), "retired").toBe(false);
    await put(kidOf(one), "state = 'destroyed', private_wrapped = NULL");
    expect(await isActive(one), "destroyed").toBe(false);

    await turn("access_token", algorithm);
    const two = await issue(url, instance.registry.jwtService);
    const ctx = owner();
    const { plan } = await planEmergency(ctx, { kid: kidOf(two) });
    await compromiseKey({ ...ctx, now: new Date() }, wrapper(), {
      kid: kidOf(two),
      planId: plan.id,
      confirm: kidOf(two),
      reason: "key_compromise",
      note: "",
    });
    await poll();
    expect(await isActive(two), "compromised").toBe(false);
    const next = await issue(url, instance.registry.jwtService);
    expect([alg(next), await isActive(next)], "its successor").toEqual([algorithm, true]);
  },
  30_000,
);
