import { exportJWK, generateKeyPair, importJWK, jwtVerify } from "jose";
import { describe, expect, test } from "vitest";
import { createJwtSigner } from "./jwt-signer.ts";

const CLAIMS = { iss: "https://issuer.example", sub: "ünï", n: 1, list: ["a"], left: undefined };

async function keyOf(alg: string) {
  const pair = await generateKeyPair(alg, { extractable: true });
  return { jwk: await exportJWK(pair.privateKey), publicKey: pair.publicKey };
}

describe("a JWT signer", () => {
  test.each(["ES256", "RS256", "PS256", "EdDSA"])(
    "signs with %s what jose verifies, and puts its header first",
    async (alg) => {
      const { jwk, publicKey } = await keyOf(alg);
      const sign = await createJwtSigner(jwk, { alg, typ: "at+jwt", kid: "k" });
      const { payload, protectedHeader } = await jwtVerify(await sign(CLAIMS), publicKey, {
        algorithms: [alg],
      });
      expect(protectedHeader).toEqual({ alg, typ: "at+jwt", kid: "k" });
      expect(payload).toEqual({ iss: "https://issuer.example", sub: "ünï", n: 1, list: ["a"] });
    },
  );

  test("RFC 7518 section 3.4: gives an ES256 signature of 64 bytes that only its own key verifies", async () => {
    const [one, other] = [await keyOf("ES256"), await keyOf("ES256")];
    const sign = await createJwtSigner(one.jwk, { alg: "ES256", typ: "at+jwt", kid: "k" });
    for (let count = 0; count < 50; count += 1) {
      const token = await sign({ count });
      expect(Buffer.from(token.split(".")[2] ?? "", "base64url")).toHaveLength(64);
      await jwtVerify(token, one.publicKey);
      await expect(jwtVerify(token, other.publicKey)).rejects.toThrow();
    }
  });

  test("refuses a key of another curve for ES256", async () => {
    const { jwk } = await keyOf("ES384");
    await importJWK(jwk, "ES384");
    await expect(createJwtSigner(jwk, { alg: "ES256", typ: "at+jwt", kid: "k" })).rejects.toThrow("P-256");
  });
});
