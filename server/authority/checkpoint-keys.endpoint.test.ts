import { afterAll, beforeAll, expect, test } from "vitest";
import { CHECKPOINT_KEYS_PATH } from "#lib/keys/checkpoint-keys.ts";
import { startTestInstance, type TestInstance } from "./test-authority.ts";

let instance: TestInstance;
beforeAll(async () => {
  instance = await startTestInstance();
});
afterAll(() => instance.stop());

type Key = Record<string, unknown> & { kid: string };

async function keysAt(path: string): Promise<Key[]> {
  const answer = await fetch(`${instance.issuer}${path}`);
  expect(answer.status).toBe(200);
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    "content-type": "application/jwk-set+json",
    "access-control-allow-origin": "*",
    "x-content-type-options": "nosniff",
  });
  return ((await answer.json()) as { keys: Key[] }).keys;
}

test("the keys that ever signed checkpoints are public, no others, nothing private; one that is compromised stays and is marked, and leaves the JWKS", async () => {
  const [key, ...others] = await keysAt(CHECKPOINT_KEYS_PATH);
  expect(others).toEqual([]);
  expect(Object.keys(key ?? {}).sort()).toEqual(["alg", "crv", "kid", "kty", "use", "x"]);
  expect(await keysAt("/oauth/jwks")).toContainEqual(key);

  const at = new Date();
  await instance.db.query(
    "UPDATE signing_key SET state = 'compromised', compromised_at = $1::timestamptz WHERE kid = $2::text",
    [at, String(key?.kid)],
  );
  await instance.authorities[0]?.services.follower.poll();
  const revoked = { revoked_at: at.getTime() / 1_000, reason: "compromised" };
  expect(await keysAt(CHECKPOINT_KEYS_PATH)).toEqual([{ ...key, revoked }]);
  expect((await keysAt("/oauth/jwks")).map(({ kid }) => kid)).not.toContain(key?.kid);
});

test("they are asked for by GET and HEAD alone", async () => {
  const ask = (method: string) => fetch(`${instance.issuer}${CHECKPOINT_KEYS_PATH}`, { method });
  expect((await ask("HEAD")).status).toBe(200);
  const posted = await ask("POST");
  expect([posted.status, posted.headers.get("allow")]).toEqual([405, "GET, HEAD"]);
});
