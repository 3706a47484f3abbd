import { createHash } from "node:crypto";
import type * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendRaw } from "#lib/test-raw-request.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import { discover, logIn, type People, seedPeople } from "./engine/test-people.ts";
import { introspect, issue, post, startTestInstance, type TestInstance, verify } from "./test-authority.ts";
import { type Forgery, forgedClaims, forgedHeaders, rewritten } from "./test-forged-tokens.ts";
import { type Forger, forgerOf, openTrap, type Trap } from "./test-forgery.ts";

let instance: TestInstance;
let stranger: TestInstance;
let people: People;
let trap: Trap;
let forger: Forger;
let tokens: Awaited<ReturnType<typeof oidc.authorizationCodeGrant>>;

beforeAll(async () => {
  [instance, stranger, trap] = await Promise.all([startTestInstance(1), startTestInstance(1), openTrap()]);
  people = await seedPeople(instance.db);
  await instance.authorities[0]?.services.follower.poll();
  tokens = (await logIn(await discover(instance, people.web))).tokens;
  forger = await forgerOf(instance, tokens.access_token);
});
afterAll(async () => {
  await Promise.all([instance.stop(), stranger.stop(), trap.close()]);
});

const billing = () => instance.registry.verifiers.billing.secret;
const webCredentials = () => ({ client_id: people.web.clientId, client_secret: people.web.secret ?? "" });

/** As it stands in a header, whatever its characters: outside ASCII as UTF-8. */
async function asHeader(path: string, value: string): Promise<number> {
  const lines = [
    `GET ${path} HTTP/1.1`,
    "Host: localhost",
    "Connection: close",
    `X-Tokenwarden-Verifier: ${billing()}`,
    `Authorization: Bearer ${Buffer.from(value, "utf8").toString("latin1")}`,
  ];
  const { status, body } = await sendRaw(
    Number(new URL(instance.issuer).port),
    `${lines.join("\r\n")}\r\n\r\n`,
  );
  expect(body).not.toMatch(/node_modules|\bat .+\.ts:/);
  return status;
}

async function revokeStatus(value: string): Promise<number> {
  return (await post(`${instance.issuer}/oauth/revoke`, { token: value, ...webCredentials() })).status;
}

/** Refused at every door that takes an access token, and the genuine one lives on. */
async function expectRefused(value: string): Promise<void> {
  const asked = await post(
    `${instance.issuer}/oauth/introspect`,
    { token: value },
    { authorization: `Bearer ${billing()}` },
  );
  const text = await asked.text();
  if (asked.status === 200) expect(text).toBe('{"active":false}');
  else expect([400, 413], text).toContain(asked.status);
  const asClient = await post(`${instance.issuer}/oauth/introspect`, { token: value, ...webCredentials() });
  expect(await asClient.text()).not.toContain('"active":true');
  // HTTP itself takes white space off the ends of a header
  if (value.trim() !== forger.token) {
    expect([400, 401, 431]).toContain(await asHeader("/verify", value));
    expect([400, 401, 431]).toContain(await asHeader("/oauth/userinfo", value));
  }
  expect([200, 400, 413]).toContain(await revokeStatus(value));
  expect((await verify(instance.issuer, forger.token, billing())).status).toBe(200);
  expect(trap.connections()).toBe(0);
}

/** Their names are known before anything is made: a stand-in makes the rows, the instance's own forger the values. */
function names(list: (f: Forger) => Forgery[]): string[] {
  const key = { export: () => Buffer.from("x") };
  const blank = {
    token: "a.b.c",
    header: { kid: "KID" },
    payload: { iss: "ISS", jti: "JTI" },
    publicKey: key,
    signature: Buffer.alloc(64, 1),
  };
  return list(blank as unknown as Forger).map(([name]) => name);
}

async function made(list: Forgery[], index: number): Promise<string> {
  const row = list[index];
  if (row === undefined) throw new Error("there is no such row");
  return row[1]();
}

describe("RFC 8725: what a header asks for is not done, and nobody is called", () => {
  test.each(names((f) => forgedHeaders(f, "URL")).map((name, index) => ({ name, index })))(
    "$name is refused",
    async ({ index }) => {
      await expectRefused(await made(forgedHeaders(forger, trap.url), index));
    },
  );
});

describe("RFC 8725 section 3.1: a value that was rewritten is not the token that was handed out", () => {
  test.each(names(rewritten).map((name, index) => ({ name, index })))(
    "$name is refused",
    async ({ index }) => {
      await expectRefused(await made(rewritten(forger), index));
    },
  );

  test("the other good signature is on record as altered", async () => {
    const rows = await instance.db.query<{ source: string }>(
      "SELECT u.source FROM token_use u JOIN token t ON t.id = u.token_id WHERE u.refusal = 'altered' AND t.value_hash = $1::bytea",
      [createHash("sha256").update(forger.token).digest()],
    );
    expect(new Set(rows.map((row) => row.source))).toEqual(
      new Set(["introspection", "forward_auth", "userinfo"]),
    );
  });
});

describe("P10: a good signature is worth nothing without the register", () => {
  test.each(names(forgedClaims).map((name, index) => ({ name, index })))(
    "$name, signed with the real key, is refused",
    async ({ index }) => {
      await expectRefused(await made(forgedClaims(forger), index));
    },
  );

  test("all these forgeries raised one alarm a minute, and every one was counted", async () => {
    const entries = await instance.db.query<{ count: bigint }>(
      "SELECT count(*) FROM audit_entry WHERE act = 'token.forgery_detected'",
    );
    expect(Number(entries[0]?.count)).toBeGreaterThanOrEqual(1);
    expect(Number(entries[0]?.count)).toBeLessThanOrEqual(3);
    await expect
      .poll(async () => {
        const [row] = await instance.db.query<{ count: string }>(
          "SELECT sum(count)::text AS count FROM refused_count WHERE refusal = 'unregistered'",
        );
        return Number(row?.count ?? 0);
      })
      .toBeGreaterThan(30);
  });
});

describe("RFC 9068 section 4: a token of another kind is no access token", () => {
  const others: [string, () => string | Promise<string>][] = [
    ["an ID token", () => String(tokens.id_token)],
    ["a refresh token", () => String(tokens.refresh_token)],
    [
      "an access token's claims signed with the ID tokens' key",
      async () => {
        const forgerOfIds = await forgerOf(instance, String(tokens.id_token));
        return forgerOfIds.sign({ ...forgerOfIds.header, typ: "at+jwt" }, forger.payload);
      },
    ],
    [
      "an ID token's claims signed with the access tokens' key",
      async () => forger.sign(forger.header, (await forgerOf(instance, String(tokens.id_token))).payload),
    ],
    [
      "a status list",
      () =>
        forger.sign(
          { ...forger.header, typ: "statuslist+jwt" },
          { sub: "x", status_list: { bits: 1, lst: "eJwDAAAAAAE" } },
        ),
    ],
    [
      "a logout token",
      () =>
        forger.sign(
          { ...forger.header, typ: "logout+jwt" },
          { ...forger.payload, events: { "http://schemas.openid.net/event/backchannel-logout": {} } },
        ),
    ],
    ["a token of another tokenwarden", () => issue(stranger.issuer, stranger.registry.jwtService)],
    [
      "another tokenwarden's token that names our issuer and kid",
      async () => {
        const theirs = await forgerOf(stranger, await issue(stranger.issuer, stranger.registry.jwtService));
        return theirs.sign(forger.header, forger.payload);
      },
    ],
    ["another tokenwarden's opaque token", () => issue(stranger.issuer, stranger.registry.opaqueService)],
    ["a client's secret", () => String(people.web.secret)],
    ["a verifier's secret", () => billing()],
  ];
  test.each(others)("%s is refused", async (name, make) => {
    const value = await make();
    const verifier = await introspect(instance.issuer, value, billing());
    expect(verifier).toEqual({ active: false });
    expect((await verify(instance.issuer, value, billing())).status).toBe(401);
    expect(await asHeader("/oauth/userinfo", value)).toBe(401);
    if (name === "an ID token") expect(await revokeStatus(value)).toBe(400);
  });
});

describe("an opaque value that nobody was given is refused, and asks nothing of the database that it cannot answer", () => {
  const ids = [
    "00000000-0000-7000-8000-000000000000",
    "ffffffff-ffff-7fff-bfff-ffffffffffff",
    "010b8e2a-0000-7000-8000-000000000000",
  ];
  const values = ids.flatMap((id): [string, () => string][] => [
    [`an access token's shape over ${id}`, () => makeOpaque("twa_", id)],
    [`a refresh token's shape over ${id}`, () => makeOpaque("twr_", id)],
  ]);
  const more: [string, () => string][] = [
    ["a JWT's id in an opaque shape", () => makeOpaque("twa_", String(forger.payload.jti))],
    ["a wrong checksum", () => `${makeOpaque("twa_", ids[0] as string).slice(0, -1)}!`],
    ["a prefix alone", () => "twa_"],
    ["another product's", () => `twx_${"0".repeat(71)}`],
    ["the largest number", () => `twa_${"z".repeat(71)}`],
    ["of 16,385 characters", () => `twa_${"0".repeat(16_381)}`],
  ];
  test.each([...values, ...more])("%s", async (_name, make) => {
    await expectRefused(make());
  });

  test("those who ask at the same moment are answered", async () => {
    const bad = ids.map((id) => introspect(instance.issuer, makeOpaque("twa_", id), billing()));
    const fresh = await issue(instance.issuer, instance.registry.opaqueService);
    const good = Array.from({ length: 5 }, () => introspect(instance.issuer, fresh, billing()));
    for (const answer of await Promise.all(bad)) expect(answer).toEqual({ active: false });
    for (const answer of await Promise.all(good)) expect(answer).toMatchObject({ active: true });
  });
});

test("in all this nobody was called; the listener does count", async () => {
  expect(trap.connections()).toBe(0);
  await fetch(trap.url);
  expect(trap.connections()).toBe(1);
});

describe("a forgery raises the alarm at whichever door it comes", () => {
  const doors: [string, (at: TestInstance, forged: string) => Promise<unknown>][] = [
    ["introspection", (at, forged) => introspect(at.issuer, forged, at.registry.verifiers.billing.secret)],
    ["forward_auth", (at, forged) => verify(at.issuer, forged, at.registry.verifiers.billing.secret)],
    [
      "userinfo",
      (at, forged) =>
        fetch(`${at.issuer}/oauth/userinfo`, { headers: { authorization: `Bearer ${forged}` } }),
    ],
    [
      "revocation",
      (at, forged) =>
        post(`${at.issuer}/oauth/revoke`, {
          token: forged,
          client_id: at.registry.jwtService.clientId,
          client_secret: at.registry.jwtService.secret,
        }),
    ],
  ];
  test.each(doors)("%s: once, of twenty at the same moment", async (source, present) => {
    const at = await startTestInstance(1);
    try {
      const own = await forgerOf(at, await issue(at.issuer, at.registry.jwtService));
      const forged = own.sign(own.header, { ...own.payload, jti: "01a20000-0000-7000-8000-00000000dead" });
      await Promise.all(Array.from({ length: 20 }, () => present(at, forged)));
      const entries = await at.db.query<{ after: unknown; target_id: string; outcome: string }>(
        "SELECT after, target_id, outcome FROM audit_entry WHERE act = 'token.forgery_detected'",
      );
      expect(entries).toMatchObject([{ after: { source }, target_id: own.header.kid }]);
      await expect
        .poll(
          async () =>
            (
              await at.db.query<{ n: string }>(
                "SELECT sum(count)::text AS n FROM refused_count WHERE refusal = 'unregistered'",
              )
            )[0]?.n,
          { timeout: 10_000 },
        )
        .toBe("20");
    } finally {
      await at.stop();
    }
  });
});
