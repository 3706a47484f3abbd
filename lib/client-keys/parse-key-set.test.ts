import { exportJWK, generateKeyPair } from "jose";
import { describe, expect, test } from "vitest";
import { KEY_SET_MAX_BYTES, KEYS_MAX } from "./model.ts";
import { parseKeySet } from "./parse-key-set.ts";

const make = async (alg: string) => {
  const { publicKey, privateKey } = await generateKeyPair(alg, { extractable: true });
  return { public: await exportJWK(publicKey), private: await exportJWK(privateKey) };
};
const [ec, rsa, ed] = await Promise.all(["ES256", "RS256", "EdDSA"].map(make));

describe("a key set", () => {
  test("gives the keys by which signatures are checked; those for encryption and of unknown types are left out", () => {
    const unknown = { kty: "AKP", alg: "ML-DSA-44", pub: "AA" };
    const keys = [ec?.public, rsa?.public, ed?.public, { ...ec?.public, use: "enc" }, unknown];
    expect(parseKeySet(JSON.stringify({ keys }))).toEqual([ec?.public, rsa?.public, ed?.public]);
  });

  test.each([
    ["EC", () => ec?.private],
    ["RSA", () => rsa?.private],
    ["OKP", () => ed?.private],
    ["symmetric", () => ({ kty: "oct", k: "AAAA" })],
    ["EC for encryption", () => ({ ...ec?.private, use: "enc" })],
    ["unknown", () => ({ kty: "AKP", alg: "ML-DSA-44", pub: "AA", priv: "AA" })],
  ])("with a private key (%s) is refused whole, and the key is not repeated", (_kind, key) => {
    const jwk = key() as Record<string, unknown>;
    const parse = () => parseKeySet({ keys: [ec?.public, jwk] });
    expect(parse).toThrow(/private or symmetric/);
    expect(parse).not.toThrow(String(jwk.d ?? jwk.k ?? "AA=="));
  });

  test.each([
    ["no JSON", "{", "is no JSON"],
    ["a list", "[]", 'has no list of "keys"'],
    ["null", "null", 'has no list of "keys"'],
    ["no key", '{"keys":[]}', "has no key that can be used"],
    ["a key that is none", '{"keys":[null]}', "number 1 is no object"],
    ["a key that lacks a coordinate", '{"keys":[{"kty":"EC","crv":"P-256","x":"AA"}]}', 'lacks "y"'],
    ["a number for a kid", '{"keys":[{"kty":"OKP","crv":"Ed25519","x":"AA","kid":1}]}', 'no readable "kid"'],
    ["a prototype for a type", '{"keys":[{"kty":"__proto__","x":"AA"}]}', "has no key that can be used"],
    [
      "a short modulus",
      `{"keys":[{"kty":"RSA","e":"AQAB","n":"${"A".repeat(171)}"}]}`,
      "RSA key of about 1024 bits",
    ],
    ["a long modulus", `{"keys":[{"kty":"RSA","e":"AQAB","n":"${"A".repeat(4_000)}"}]}`, "are taken"],
  ])("that is %s is refused in words", (_what, text, says) => {
    expect(() => parseKeySet(text)).toThrow(says);
  });

  test("is bounded in bytes and in keys", () => {
    const keys = [ec?.public];
    expect(() => parseKeySet({ keys, x: "x".repeat(KEY_SET_MAX_BYTES) })).toThrow("larger than 64 KB");
    expect(() => parseKeySet({ keys: Array(KEYS_MAX + 1).fill(ec?.public) })).toThrow("more than 50 keys");
  });
});
