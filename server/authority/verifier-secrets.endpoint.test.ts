import { afterAll, beforeAll, expect, test } from "vitest";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { getVerifier } from "#lib/verifiers/get-verifier.ts";
import { revokeVerifierSecret } from "#lib/verifiers/revoke-verifier-secret.ts";
import { rotateVerifierSecret } from "#lib/verifiers/rotate-verifier-secret.ts";
import { issue, post, startTestInstance, type TestInstance, verify } from "./test-authority.ts";

let instance: TestInstance;
let token: string;

beforeAll(async () => {
  instance = await startTestInstance(2);
  token = await issue(instance.issuer, instance.registry.jwtService);
});
afterAll(() => instance.stop());

const owner = () => contextAs(instance.db, "owner");
const verifierId = () => instance.registry.verifiers.billing.id;

/** What introspection answers whoever shows a secret, at each authority. */
async function statuses(secret: string): Promise<number[]> {
  const answers = await Promise.all(
    instance.urls.map((url) =>
      post(`${url}/oauth/introspect`, { token }, { authorization: `Bearer ${secret}` }),
    ),
  );
  return answers.map(({ status }) => status);
}
const everywhere = (secret: string, status: number) =>
  expect.poll(() => statuses(secret), { timeout: 10_000, interval: 50 }).toEqual([status, status]);

test("a new secret works beside the old one at every authority; the old one alone ends, and its end is seen at once", async () => {
  const first = instance.registry.verifiers.billing.secret;
  await everywhere(first, 200);
  const { secret: second, verifier } = await rotateVerifierSecret(owner(), {
    verifierId: verifierId(),
    overlapSeconds: 600,
  });
  await everywhere(second, 200);
  expect(await statuses(first)).toEqual([200, 200]);
  expect((await verify(instance.issuer, token, first)).status).toBe(200);

  const old = verifier.secrets.find(({ hint }) => hint === first.slice(-4));
  await revokeVerifierSecret(owner(), { verifierId: verifierId(), secretId: old?.id ?? "" });
  await everywhere(first, 401);
  expect(await statuses(second)).toEqual([200, 200]);
  expect((await verify(instance.issuer, token, first)).status).toBe(403);
});

test("a replaced secret is refused from the end of its overlap on, though nothing is written then", async () => {
  const { secret: before } = await rotateVerifierSecret(owner(), {
    verifierId: verifierId(),
    overlapSeconds: 0,
  });
  await everywhere(before, 200);
  const endsAtMs = Date.now() + 2_000;
  const { secret: after } = await rotateVerifierSecret(owner(), {
    verifierId: verifierId(),
    overlapSeconds: 2,
  });
  await everywhere(after, 200);
  if (Date.now() < endsAtMs - 500) expect(await statuses(before)).toEqual([200, 200]);
  await everywhere(before, 401);
  expect(Date.now()).toBeGreaterThanOrEqual(endsAtMs - 50);
  expect(await statuses(after)).toEqual([200, 200]);
});

test("each secret shows its last use, to the minute and within seconds", async () => {
  const { secret } = await rotateVerifierSecret(owner(), { verifierId: verifierId(), overlapSeconds: 600 });
  await everywhere(secret, 200);
  const hint = secret.slice(-4);
  const lastUse = async () =>
    (await getVerifier(owner(), { verifierId: verifierId() })).secrets.find((one) => one.hint === hint)
      ?.lastUsedAt;
  await expect.poll(lastUse, { timeout: 15_000, interval: 200 }).toMatch(/:00\.000Z$/);
});
