import { decodeJwt, importJWK, type JWK, SignJWT } from "jose";
import { afterAll, beforeAll, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { uuidv7 } from "#lib/ids.ts";
import { advanceKeys } from "#lib/keys/advance-keys.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import { KEY_ALGORITHMS } from "#lib/keys/model.ts";
import { openPrivateKey } from "#lib/keys/open-private-key.ts";
import { rotateKey } from "#lib/keys/rotate-key.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { introspect, issue, startTestInstance, type TestInstance, verify } from "./test-authority.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await startTestInstance();
});
afterAll(() => instance.stop());

const poll = () => instance.authorities[0]?.services.follower.poll();
const billing = () => instance.registry.verifiers.billing.secret;
const isGood = async (token: string): Promise<[boolean, number]> => [
  ((await introspect(instance.issuer, token, billing())) as { active: boolean }).active,
  (await verify(instance.issuer, token, billing())).status,
];

async function privateJwkOf(kid: string): Promise<JWK> {
  const [row] = await instance.db.query<{ kid: string; privateWrapped: Buffer }>(
    `SELECT kid, private_wrapped AS "privateWrapped" FROM signing_key WHERE kid = $1`,
    [kid],
  );
  if (row === undefined) throw new Error(`there is no key ${kid}`);
  return openPrivateKey(row, createKeyWrapper(instance.masterKey));
}

test.each(KEY_ALGORITHMS)(
  "a standby key of %s verifies nothing that is not registered under it, though its signature is good; once it signs, what it signs is good, and what was signed before",
  async (algorithm) => {
    const before = await issue(instance.issuer, instance.registry.jwtService);
    const wrapper = createKeyWrapper(instance.masterKey);
    const { key } = await rotateKey(contextAs(instance.db, "owner"), wrapper, {
      purpose: "access_token",
      algorithm,
      reason: "policy",
      note: "",
    });
    await poll();
    const signer = await importJWK(await privateJwkOf(key.kid), algorithm);
    const claims = decodeJwt(before);
    const signed = (change: object) =>
      new SignJWT({ ...claims, ...change })
        .setProtectedHeader({ alg: algorithm, typ: "at+jwt", kid: key.kid })
        .sign(signer);
    const unregistered = await signed({ jti: uuidv7(new Date()) });
    const ofAnother = await signed({});
    for (const forged of [unregistered, ofAnother]) expect(await isGood(forged)).toEqual([false, 401]);
    expect(await isGood(before)).toEqual([true, 200]);
    await expect
      .poll(async () => {
        const rows = await instance.db.query(
          "SELECT FROM audit_entry WHERE act = 'token.forgery_detected' AND target_id = $1",
          [key.kid],
        );
        return rows.length;
      })
      .toBeGreaterThan(0);

    await instance.db.query(
      "UPDATE signing_key SET ready_at = ready_at - interval '1 hour', activates_at = activates_at - interval '1 hour' WHERE kid = $1",
      [key.kid],
    );
    expect(await advanceKeys(systemContext(instance.db, "worker"))).toBe(true);
    await poll();
    const after = await issue(instance.issuer, instance.registry.jwtService);
    for (const good of [before, after]) expect(await isGood(good)).toEqual([true, 200]);
    expect(await isGood(unregistered)).toEqual([false, 401]);
  },
  20_000,
);
