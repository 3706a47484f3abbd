import { createHmac, randomUUID } from "node:crypto";
import { type CryptoKey, exportSPKI, importJWK, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { VerifierError } from "./errors.ts";
import { createVerifier, type Verifier, type VerifyOptions } from "./index.ts";
import { AUDIENCE, type Peer, startPeer } from "./test-peer.ts";

let peer: Peer;
let verifier: Verifier;

beforeAll(async () => {
  peer = await startPeer();
  verifier = createVerifier({
    issuer: peer.issuer,
    audience: [AUDIENCE, "https://billing.example.com/"],
    revocation: "none",
  });
  await verifier.ready();
});

afterAll(async () => {
  await verifier.close();
  await peer.stop();
});

const codeOf = (token: string, options?: VerifyOptions) =>
  verifier.verify(token, options).then(
    () => "good",
    (error: VerifierError) => `${error.code} ${error.status}`,
  );
const now = () => Math.floor(Date.now() / 1_000);
const base64 = (value: unknown) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

test("says what a good token says, typed", async () => {
  const jti = randomUUID();
  const token = await verifier.verify(
    await peer.token({
      jti,
      sub: "u1",
      sid: "s1",
      scope: "openid invoices:read",
      groups: ["staff"],
      roles: ["clerk"],
      aud: [AUDIENCE, "ledger"],
      tier: "gold",
    }),
  );
  expect(token).toMatchObject({
    id: jti,
    format: "jwt",
    subject: "u1",
    userId: "u1",
    clientId: "reconciler",
    permissions: ["openid", "invoices:read"],
    groups: ["staff"],
    roles: ["clerk"],
    audiences: [AUDIENCE, "ledger"],
    sessionId: "s1",
    isStale: false,
  });
  expect(token.claims.tier).toBe("gold");
  expect(token.expiresAt.getTime() - token.issuedAt.getTime()).toBe(300_000);
});

test("a service's token has no user", async () => {
  expect(await verifier.verify(await peer.token())).toMatchObject({ subject: "reconciler", userId: null });
});

test("a permission that the token lacks is 403, one that it has is not", async () => {
  const token = await peer.token({ scope: "invoices:read" });
  expect(await codeOf(token, { permissions: ["invoices:read"] })).toBe("good");
  expect(await codeOf(token, { permissions: ["invoices:read", "invoices:write"] })).toBe("permission 403");
  expect(
    await codeOf(await peer.token({ scope: "invoices:readall" }), { permissions: ["invoices:read"] }),
  ).toBe("permission 403");
});

test.each<[string, () => string | Promise<string>, string]>([
  ["an empty value", () => "", "malformed"],
  ["a word", () => "hello", "malformed"],
  ["five parts", () => "a.b.c.d.e", "malformed"],
  ["64 KB", () => `${"a".repeat(65_536)}.b.c`, "malformed"],
  ["an expired token", () => peer.token({ exp: now() - 31 }), "expired"],
  ["a token that is not valid yet (nbf)", () => peer.token({ nbf: now() + 31 }), "not_yet_valid"],
  ["a token of the future (iat)", () => peer.token({ iat: now() + 32 }), "not_yet_valid"],
  ["another issuer's", () => peer.token({ iss: "https://evil.example" }), "issuer"],
  ["another audience's", () => peer.token({ aud: "ledger" }), "audience"],
  ["one without audience", () => peer.token({ aud: undefined }), "audience"],
  ["one without exp", () => peer.token({ exp: undefined }), "malformed"],
  ["exp as text", () => peer.token({ exp: String(now() + 300) }), "malformed"],
  ["one without jti", () => peer.token({ jti: undefined }), "malformed"],
  ["one without client_id", () => peer.token({ client_id: undefined }), "malformed"],
  ["an ID token (typ JWT)", () => peer.token({}, { typ: "JWT" }), "malformed"],
  ["a logout token", () => peer.token({}, { typ: "logout+jwt" }), "malformed"],
  ["a status list", () => peer.statusList({}), "malformed"],
  ["a token that brings its key (jwk)", () => peer.token({}, { jwk: peer.strangeKey.jwk }), "malformed"],
  [
    "a token that says where its key is (jku)",
    () => peer.token({}, { jku: `${peer.issuer}/keys` }),
    "malformed",
  ],
  [
    "a token that says where its certificate is (x5u)",
    () => peer.token({}, { x5u: `${peer.issuer}/keys` }),
    "malformed",
  ],
  ["an unknown kid", () => peer.token({}, { kid: "other" }), "wrong_key"],
  ["a kid that is a path", () => peer.token({}, { kid: "../../etc/passwd" }), "wrong_key"],
  ["a kid of 10,000 characters", async () => await peer.token({}, { kid: "k".repeat(10_000) }), "wrong_key"],
  ["a kid named __proto__", () => peer.token({}, { kid: "__proto__" }), "wrong_key"],
  ["a refresh token's opaque value", () => `twr_${"0".repeat(71)}`, "malformed"],
  ["an opaque token, without a secret to ask with", () => `twa_${"0".repeat(71)}`, "unsupported_token"],
])("refuses %s", async (_, make, code) => {
  expect(await codeOf(await make())).toBe(`${code} 401`);
});

test("refuses a changed signature, payload or key", async () => {
  const token = await peer.token();
  const [head, payload, signature] = token.split(".") as [string, string, string];
  const other = base64({ ...JSON.parse(Buffer.from(payload, "base64url").toString()), scope: "everything" });
  expect(await codeOf(`${head}.${other}.${signature}`)).toBe("bad_signature 401");
  expect(await codeOf(`${head}.${payload}.${base64(Buffer.alloc(64).toString("latin1"))}`)).toMatch(
    /^(bad_signature|malformed) 401$/,
  );
  const forged = await new SignJWT({
    iss: peer.issuer,
    aud: AUDIENCE,
    sub: "a",
    client_id: "a",
    jti: "j",
    exp: now() + 60,
    iat: now(),
  })
    .setProtectedHeader({ alg: "ES256", typ: "at+jwt", kid: "t1" })
    .sign(peer.strangeKey.privateKey);
  expect(await codeOf(forged)).toBe("bad_signature 401");
});

test("refuses alg none, and HS256 with the public key as its secret (RFC 8725 section 2.1)", async () => {
  const [, payload] = (await peer.token()).split(".") as [string, string];
  const none = base64({ alg: "none", typ: "at+jwt", kid: "t1" });
  expect(await codeOf(`${none}.${payload}.`)).toBe("malformed 401");
  expect(await codeOf(`${none}.${payload}.AA`)).toMatch(/^(wrong_key|malformed) 401$/);
  const pem = await exportSPKI(
    (await importJWK(peer.tokenKey.jwk, "ES256", { extractable: true })) as CryptoKey,
  );
  const head = base64({ alg: "HS256", typ: "at+jwt", kid: "t1" });
  const mac = createHmac("sha256", pem).update(`${head}.${payload}`).digest("base64url");
  expect(await codeOf(`${head}.${payload}.${mac}`)).toBe("wrong_key 401");
});

test("the clock tolerance is where the options say", async () => {
  const narrow = createVerifier({
    issuer: peer.issuer,
    audience: AUDIENCE,
    revocation: "none",
    clockToleranceSeconds: 2,
  });
  await expect(narrow.verify(await peer.token({ exp: now() - 4 }))).rejects.toMatchObject({
    code: "expired",
  });
  await expect(narrow.verify(await peer.token({ exp: now() }))).resolves.toBeDefined();
  await expect(verifier.verify(await peer.token({ exp: now() - 28 }))).resolves.toBeDefined();
  await narrow.close();
});

test("a flood of unknown kids fetches the keys once, not each time", async () => {
  const before = peer.seen.requests.filter((one) => one === "GET /oauth/jwks").length;
  await Promise.all(
    Array.from({ length: 50 }, async (_, n) => codeOf(await peer.token({}, { kid: `k${n}` }))),
  );
  expect(peer.seen.requests.filter((one) => one === "GET /oauth/jwks").length - before).toBeLessThanOrEqual(
    1,
  );
});

test("an authority of another name is not believed, and nothing is accepted", async () => {
  const other = createVerifier({
    issuer: "http://localhost:1",
    authorityUrl: peer.issuer,
    audience: AUDIENCE,
    revocation: "none",
  });
  await expect(other.verify(await peer.token({ iss: "http://localhost:1" }))).rejects.toMatchObject({
    code: "unavailable",
    status: 503,
  });
  await expect(other.ready({ timeoutSeconds: 0.1 })).rejects.toMatchObject({ code: "not_ready" });
  await other.close();
});

test("says plainly that it learns of no revocation", () => {
  expect(verifier.state).toMatchObject({ way: "none", isReady: true, position: null, ageMs: null });
  expect(verifier.state.says).toBe("Revocation is not checked: a token is accepted until it expires.");
});
