import { decodeProtectedHeader } from "jose";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { advanceKeys } from "#lib/keys/advance-keys.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import type { KeyAlgorithm, KeyPurpose } from "#lib/keys/model.ts";
import { rotateKey } from "#lib/keys/rotate-key.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { createVerifier, type Verifier, type VerifierError, type VerifierOptions } from "#verifier/index.ts";
import { issue, revokeAs, startTestInstance, type TestInstance } from "../authority/test-authority.ts";

let instance: TestInstance;
let verifiers: Verifier[] = [];
const ES256 = { algorithms: ["ES256"] };

beforeAll(async () => {
  instance = await startTestInstance(1);
});
afterEach(async () => {
  await Promise.all(verifiers.map((verifier) => verifier.close()));
  verifiers = [];
});
afterAll(() => instance.stop());

/** The purpose's next key has the algorithm and signs, as if the caches had run out meanwhile. */
async function turn(purpose: KeyPurpose, algorithm: KeyAlgorithm): Promise<void> {
  const why = { reason: "policy", note: "" } as const;
  await rotateKey(contextAs(instance.db, "owner"), createKeyWrapper(instance.masterKey), {
    purpose,
    algorithm,
    ...why,
  });
  await instance.db.query(
    "UPDATE signing_key SET ready_at = now(), activates_at = now() WHERE state = 'standby'",
  );
  await advanceKeys(systemContext(instance.db, "worker"));
  await instance.authorities[0]?.services.follower.poll();
}

async function open(options: Partial<VerifierOptions> = {}): Promise<Verifier> {
  const { secret } = instance.registry.verifiers.billing;
  const verifier = createVerifier({
    issuer: instance.issuer,
    audience: "billing",
    secret,
    reports: false,
    ...options,
  });
  verifiers.push(verifier);
  await verifier.ready();
  return verifier;
}

const codeOf = (verifier: Verifier, token: string) =>
  verifier.verify(token).then(
    () => "good",
    (error: VerifierError) => error.code,
  );

test.each([
  ["RS256", "PS256"],
  ["EdDSA", "RS256"],
  ["PS256", "EdDSA"],
] as const)(
  "a verifier that was told nothing takes tokens signed with %s and hears of their end by a feed signed with %s, lists too; one that takes ES256 alone does not",
  async (tokens, rest) => {
    for (const purpose of ["feed", "status_list"] as const) await turn(purpose, rest);
    await turn("access_token", tokens);
    const token = await issue(instance.issuer, instance.registry.jwtService);
    expect(decodeProtectedHeader(token).alg).toBe(tokens);
    const [fresh, byList, narrow] = [
      await open(),
      await open({ revocation: "status-list" }),
      await open(ES256),
    ];
    for (const verifier of [fresh, byList]) expect(await codeOf(verifier, token)).toBe("good");
    expect(await codeOf(narrow, token)).not.toBe("good");
    await revokeAs(instance.issuer, instance.registry.jwtService, token);
    await expect.poll(() => codeOf(fresh, token), { interval: 20, timeout: 10_000 }).toBe("revoked");
  },
  30_000,
);
