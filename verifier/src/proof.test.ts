import { createHash, randomUUID } from "node:crypto";
import { type CryptoKey, calculateJwkThumbprint, exportJWK, generateKeyPair, type JWK, SignJWT } from "jose";
import { beforeAll, expect, test } from "vitest";
import { ProofChecker } from "./proof.ts";

const TOKEN = "a.b.c";
const URL_ = "https://api.example.com/invoices";
let key: { privateKey: CryptoKey; jwk: JWK; thumbprint: string };
let other: typeof key;

async function makeKey(): Promise<typeof key> {
  const { privateKey, publicKey } = await generateKeyPair("ES256", { extractable: true });
  const jwk = await exportJWK(publicKey);
  return { privateKey, jwk, thumbprint: await calculateJwkThumbprint(jwk) };
}

beforeAll(async () => {
  [key, other] = await Promise.all([makeKey(), makeKey()]);
});

const hash = (text: string) => createHash("sha256").update(text).digest("base64url");
const now = () => Math.floor(Date.now() / 1_000);

async function proofOf(
  claims: Record<string, unknown> = {},
  header: Record<string, unknown> = {},
  by = key,
): Promise<string> {
  return new SignJWT({ htm: "GET", htu: URL_, iat: now(), jti: randomUUID(), ath: hash(TOKEN), ...claims })
    .setProtectedHeader({ alg: "ES256", typ: "dpop+jwt", jwk: by.jwk as { kty: "EC" }, ...header })
    .sign(by.privateKey);
}

const check = (proof: string, change: Partial<{ method: string; url: string; checker: ProofChecker }> = {}) =>
  (change.checker ?? new ProofChecker(5)).check(TOKEN, key.thumbprint, {
    proof,
    method: change.method ?? "GET",
    url: change.url ?? URL_,
  });

test("accepts a proof of the key that the token is bound to (RFC 9449 section 4.3)", async () => {
  await expect(check(await proofOf())).resolves.toBeUndefined();
});

test("compares addresses without query and fragment, in normal form (section 4.3, step 9)", async () => {
  await expect(
    check(await proofOf({ htu: "HTTPS://API.example.com:443/invoices" }), { url: `${URL_}?page=2#x` }),
  ).resolves.toBeUndefined();
});

test.each<[string, () => Promise<string>]>([
  ["by another key", () => proofOf({}, {}, other)],
  ["with another key in its header than signed it", () => proofOf({}, { jwk: other.jwk as { kty: "EC" } })],
  [
    "with a private key in its header",
    async () => proofOf({}, { jwk: { ...(await exportJWK(key.privateKey)) } as { kty: "EC" } }),
  ],
  ["of another type", () => proofOf({}, { typ: "JWT" })],
  ["for another token", () => proofOf({ ath: hash("x") })],
  ["without the token's hash", () => proofOf({ ath: undefined })],
  ["for another method", () => proofOf({ htm: "POST" })],
  ["for another address", () => proofOf({ htu: "https://api.example.com/other" })],
  ["that is old", () => proofOf({ iat: now() - 70 })],
  ["of the future", () => proofOf({ iat: now() + 70 })],
  ["without an id", () => proofOf({ jti: undefined })],
  ["that is two", async () => `${await proofOf()},${await proofOf()}`],
  ["that is none", async () => "x"],
])("refuses a proof %s", async (_, make) => {
  await expect(check(await make())).rejects.toMatchObject({ code: "proof_invalid" });
});

test("a proof is good once (section 11.1)", async () => {
  const checker = new ProofChecker(5);
  const proof = await proofOf();
  await check(proof, { checker });
  await expect(check(proof, { checker })).rejects.toMatchObject({
    code: "proof_invalid",
    message: "The proof was used before.",
  });
  await expect(check(await proofOf(), { checker })).resolves.toBeUndefined();
});
