import { createRemoteJWKSet, decodeProtectedHeader, jwtVerify } from "jose";
import { expect } from "vitest";
import { systemContext } from "#lib/context.ts";
import { advanceKeys } from "#lib/keys/advance-keys.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { rotateKey } from "#lib/keys/rotate-key.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { flow, idTokenClaims, module, type SuiteOf } from "./suite.ts";

type Key = { kty: string; kid: string; use?: string; alg?: string } & Record<string, unknown>;

/** Metadata and keys. */
export function configurationModules(suiteOf: SuiteOf): void {
  const jwks = async () =>
    ((await (await fetch(`${suiteOf().instance.issuer}/oauth/jwks`)).json()) as { keys: Key[] }).keys;

  module(
    "oidcc-discovery-endpoint-verification",
    "metadata has what it must, at addresses of the issuer, and the keys are public and told apart",
    async () => {
      const { instance } = suiteOf();
      const answer = await fetch(`${instance.issuer}/.well-known/openid-configuration`);
      expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
      const metadata = (await answer.json()) as Record<string, unknown>;
      expect(metadata.issuer).toBe(instance.issuer);
      for (const name of ["authorization_endpoint", "token_endpoint", "userinfo_endpoint", "jwks_uri"])
        expect(String(metadata[name]).startsWith(`${instance.issuer}/`), name).toBe(true);
      expect(metadata).toMatchObject({
        response_types_supported: ["code"],
        subject_types_supported: ["public"],
        scopes_supported: expect.arrayContaining(["openid"]),
        id_token_signing_alg_values_supported: expect.arrayContaining(["ES256"]),
        claims_supported: expect.arrayContaining(["sub", "name", "email", "auth_time"]),
      });
      expect(metadata.id_token_signing_alg_values_supported).not.toContain("none");
      // what modules are left out for is not offered
      expect(metadata.scopes_supported).not.toEqual(expect.arrayContaining(["address"]));
      expect(metadata.scopes_supported).not.toEqual(expect.arrayContaining(["phone"]));
      expect(metadata).not.toHaveProperty("registration_endpoint");
      expect(metadata).not.toHaveProperty("backchannel_logout_supported");
      const keys = await jwks();
      expect(new Set(keys.map((key) => key.kid)).size).toBe(keys.length);
      for (const key of keys)
        for (const secret of ["d", "p", "q", "dp", "dq", "qi", "k"])
          expect(key, key.kid).not.toHaveProperty(secret);
    },
  );

  module(
    "oidcc-server-rotate-keys",
    "a key that is rotated in is published before it signs; ID tokens of the old one still verify",
    async () => {
      const suite = suiteOf();
      const { instance, web } = suite;
      const first = await flow(web);
      const rotated = await rotateKey(contextAs(instance.db, "owner"), createKeyWrapper(instance.masterKey), {
        purpose: "id_token",
        reason: "policy",
        note: "",
      });
      await instance.authorities[0]?.services.follower.poll();
      expect((await jwks()).map((key) => key.kid)).toContain(rotated.key.kid);
      await expect
        .poll(
          async () => {
            await advanceKeys(systemContext(instance.db, "worker"));
            await instance.authorities[0]?.services.follower.poll();
            return decodeProtectedHeader((await flow(web)).tokens.id_token ?? "").kid;
          },
          { timeout: 15_000, interval: 500 },
        )
        .toBe(rotated.key.kid);
      const again = await flow(web);
      expect((await idTokenClaims(suite, again.tokens.id_token)).sub).toBe(suite.people.users.ana);
      const keys = createRemoteJWKSet(new URL(`${instance.issuer}/oauth/jwks`));
      const { protectedHeader } = await jwtVerify(first.tokens.id_token ?? "", keys, {
        issuer: instance.issuer,
      });
      expect(protectedHeader.kid).not.toBe(rotated.key.kid);
    },
    25_000,
  );
}
