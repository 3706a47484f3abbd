import {
  createHash,
  createHmac,
  createSign,
  generateKeyPairSync,
  type KeyObject,
  randomUUID,
  sign as signWith,
} from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sendRaw } from "#lib/test-raw-request.ts";
import { introspect, issue, post, startTestInstance, type TestInstance, verify } from "../test-authority.ts";
import { malleated, openTrap, part, type Trap } from "../test-forgery.ts";

let instance: TestInstance;
let trap: Trap;

beforeAll(async () => {
  [instance, trap] = await Promise.all([startTestInstance(1), openTrap()]);
});
afterAll(async () => {
  await Promise.all([instance.stop(), trap.close()]);
});

const ec = generateKeyPairSync("ec", { namedCurve: "P-256" });
const jwk = ec.publicKey.export({ format: "jwk" }) as Record<string, unknown>;
const privateJwk = ec.privateKey.export({ format: "jwk" }) as Record<string, unknown>;

function proof(
  header: Record<string, unknown> = {},
  payload: Record<string, unknown> = {},
  key: KeyObject = ec.privateKey,
): string {
  const claims = {
    jti: randomUUID(),
    htm: "POST",
    htu: `${instance.issuer}/oauth/token`,
    iat: Math.floor(Date.now() / 1_000),
    ...payload,
  };
  const input = `${part({ typ: "dpop+jwt", alg: "ES256", jwk, ...header })}.${part(claims)}`;
  return `${input}.${createSign("sha256").update(input).sign({ key, dsaEncoding: "ieee-p1363" }, "base64url")}`;
}

async function ask(lines: readonly string[]) {
  const { clientId, secret } = instance.registry.jwtService;
  const body = `grant_type=client_credentials&client_id=${clientId}&client_secret=${secret}`;
  const head = [
    "POST /oauth/token HTTP/1.1",
    "Host: localhost",
    "Connection: close",
    "Content-Type: application/x-www-form-urlencoded",
    `Content-Length: ${body.length}`,
    ...lines,
  ];
  const { status, body: text } = await sendRaw(
    Number(new URL(instance.issuer).port),
    `${head.join("\r\n")}\r\n\r\n${body}`,
  );
  return { status, text };
}

test("RFC 9449 section 4.3: a good proof binds the token; the token is then no bearer's", async () => {
  const { status, text } = await ask([`DPoP: ${proof()}`]);
  expect(status, text).toBe(200);
  const token = /"access_token":"([^"]+)"/.exec(text)?.[1] ?? "";
  const { billing } = instance.registry.verifiers;
  expect(await introspect(instance.issuer, token, billing.secret)).toMatchObject({
    active: true,
    token_type: "DPoP",
  });
  expect((await verify(instance.issuer, token, billing.secret)).status).toBe(401);
  const asked = await fetch(`${instance.issuer}/oauth/userinfo`, {
    headers: { authorization: `Bearer ${token}` },
  });
  expect(asked.status).toBeGreaterThanOrEqual(400);
});

describe("RFC 9449 section 4.3: a bad proof is refused, no token is made, and nobody is called", () => {
  const now = () => Math.floor(Date.now() / 1_000);
  const signature = (of: string) => Buffer.from(of.split(".")[2] ?? "", "base64url");
  const withSignature = (of: string, bytes: Uint8Array) =>
    `${of.split(".").slice(0, 2).join(".")}.${Buffer.from(bytes).toString("base64url")}`;
  const rows: [string, () => string][] = [
    ["alg none", () => `${proof({ alg: "none" }).split(".").slice(0, 2).join(".")}.`],
    [
      "HS256 keyed by a symmetric jwk",
      () => {
        const input = `${part({ typ: "dpop+jwt", alg: "HS256", jwk: { kty: "oct", k: part("secret") } })}.${part({ jti: "x", htm: "POST", htu: `${instance.issuer}/oauth/token`, iat: now() })}`;
        return `${input}.${createHmac("sha256", "secret").update(input).digest("base64url")}`;
      },
    ],
    [
      "RS256",
      () => {
        const rsa = generateKeyPairSync("rsa", { modulusLength: 2048 });
        const input = `${part({ typ: "dpop+jwt", alg: "RS256", jwk: rsa.publicKey.export({ format: "jwk" }) })}.${part({ jti: "x", htm: "POST", htu: `${instance.issuer}/oauth/token`, iat: now() })}`;
        return `${input}.${signWith("sha256", Buffer.from(input), rsa.privateKey).toString("base64url")}`;
      },
    ],
    ["a private key in its header", () => proof({ jwk: privateJwk })],
    ["no key in its header", () => proof({ jwk: undefined })],
    ["a key that is an array", () => proof({ jwk: [jwk] })],
    ["a key that is no point of the curve", () => proof({ jwk: { ...jwk, x: part("x".repeat(32)) } })],
    [
      "a key of another curve under its alg",
      () =>
        proof({
          jwk: generateKeyPairSync("ec", { namedCurve: "P-384" }).publicKey.export({ format: "jwk" }),
        }),
    ],
    [
      "somebody else's key in its header",
      () =>
        proof({
          jwk: generateKeyPairSync("ec", { namedCurve: "P-256" }).publicKey.export({ format: "jwk" }),
        }),
    ],
    ["a jku instead of a key", () => proof({ jwk: undefined, jku: trap.url })],
    [
      "a jku beside a bad key",
      () => proof({ jku: trap.url }, {}, generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey),
    ],
    ["an x5u instead of a key", () => proof({ jwk: undefined, x5u: trap.url })],
    ["crit of what nobody knows", () => proof({ crit: ["new"], new: 1 })],
    ["b64 false", () => proof({ crit: ["b64"], b64: false })],
    ["typ JWT", () => proof({ typ: "JWT" })],
    ["no typ", () => proof({ typ: undefined })],
    ["another method", () => proof({}, { htm: "GET" })],
    ["a method in lower case", () => proof({}, { htm: "post" })],
    ["no method", () => proof({}, { htm: undefined })],
    ["another address", () => proof({}, { htu: "https://evil.example/oauth/token" })],
    ["the address of another endpoint", () => proof({}, { htu: `${instance.issuer}/oauth/revoke` })],
    ["an address that is none", () => proof({}, { htu: "\0" })],
    ["an address that is an object", () => proof({}, { htu: { href: "x" } })],
    ["no id", () => proof({}, { jti: undefined })],
    ["an id that is an object", () => proof({}, { jti: { $ne: null } })],
    ["an empty id", () => proof({}, { jti: "" })],
    ["a time an hour ago", () => proof({}, { iat: now() - 3_600 })],
    ["a time an hour ahead", () => proof({}, { iat: now() + 3_600 })],
    ["a time that is text", () => proof({}, { iat: String(now()) })],
    ["a time beyond all", () => proof({}, { iat: 1e308 })],
    ["no time", () => proof({}, { iat: undefined })],
    ["an expiry that has passed", () => proof({}, { exp: now() - 3_600 })],
    ["a signature of zeros", () => withSignature(proof(), Buffer.alloc(64))],
    ["a cut signature", () => withSignature(proof(), Buffer.alloc(63, 1))],
    ["no signature", () => withSignature(proof(), Buffer.alloc(0))],
    ["two parts", () => proof().split(".").slice(0, 2).join(".")],
    ["garbage", () => "not.a.proof"],
    ["an access token in its place", () => "eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9.e30.AAAA"],
    ["claims that are an array", () => `${part({ typ: "dpop+jwt", alg: "ES256", jwk })}.${part([])}.AAAA`],
    [
      "a nested key of 8 KB",
      () =>
        proof(
          { jwk: { ...jwk, pad: "x".repeat(8_000) } },
          {},
          generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey,
        ),
    ],
  ];
  test.each(rows)("%s", async (_name, make) => {
    const { status, text } = await ask([`DPoP: ${make()}`]);
    expect(status, text).toBe(400);
    expect(text).toMatch(/"error":"invalid_(?:dpop_proof|request|grant)"/);
    expect(text).not.toMatch(/access_token|node_modules|\bat .+\.js:/);
    expect(trap.connections()).toBe(0);
  });

  test("two proofs, in one header or in two", async () => {
    const [one, two] = [proof(), proof()];
    for (const lines of [[`DPoP: ${one}, ${two}`], [`DPoP: ${one}`, `DPoP: ${two}`]])
      expect((await ask(lines)).status).toBe(400);
  });

  test("RFC 9449 section 11.1: the same proof again, also where its signature was rewritten", async () => {
    const good = proof();
    expect((await ask([`DPoP: ${good}`])).status).toBe(200);
    for (const again of [good, withSignature(good, malleated(signature(good)))])
      expect((await ask([`DPoP: ${again}`])).status).toBe(400);
    const twins = proof();
    const answers = await Promise.all(Array.from({ length: 8 }, () => ask([`DPoP: ${twins}`])));
    expect(answers.filter((one) => one.status === 200)).toHaveLength(1);
  });

  test("a proof over another token's hash", async () => {
    const token = await issue(instance.issuer, instance.registry.jwtService);
    const ath = createHash("sha256").update("another").digest("base64url");
    const bad = proof({}, { htm: "GET", htu: `${instance.issuer}/oauth/userinfo`, ath });
    const asked = await fetch(`${instance.issuer}/oauth/userinfo`, {
      headers: { authorization: `DPoP ${token}`, dpop: bad },
    });
    expect([400, 401, 403]).toContain(asked.status);
  });

  test("nobody was called; the listener does count", async () => {
    expect(trap.connections()).toBe(0);
    await fetch(trap.url);
    expect(trap.connections()).toBe(1);
  });
});

test("tokens that were never made are not on record", async () => {
  const [row] = await instance.db.query<{ count: bigint }>("SELECT count(*) FROM token");
  await post(`${instance.issuer}/oauth/token`, { grant_type: "client_credentials" });
  expect((await instance.db.query<{ count: bigint }>("SELECT count(*) FROM token"))[0]?.count).toBe(
    row?.count,
  );
});
