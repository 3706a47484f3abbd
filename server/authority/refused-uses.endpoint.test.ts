import { afterAll, beforeAll, expect, test } from "vitest";
import { discover, logIn, type People, seedPeople } from "./engine/test-people.ts";
import { introspect, startTestInstance, type TestInstance, verify } from "./test-authority.ts";

let instance: TestInstance;
let people: People;

beforeAll(async () => {
  instance = await startTestInstance(1);
  people = await seedPeople(instance.db);
  await instance.authorities[0]?.services.follower.poll();
});
afterAll(() => instance.stop());

test("a refresh token that is shown to a verifier is refused on record, at both of its doors, and counts as no use", async () => {
  const { tokens } = await logIn(await discover(instance, people.web));
  const { secret } = instance.registry.verifiers.billing;
  const refresh = String(tokens.refresh_token);
  expect(await introspect(instance.issuer, refresh, secret)).toEqual({ active: false });
  expect((await verify(instance.issuer, refresh, secret)).status).toBe(401);
  const uses = await instance.db.query<{ tokenId: string }>(
    `SELECT source, outcome, refusal, token_id AS "tokenId" FROM token_use WHERE token_kind = 'refresh' AND outcome <> 'issued' ORDER BY at`,
  );
  const tokenId = uses[0]?.tokenId;
  expect(uses).toEqual([
    { source: "introspection", outcome: "refused", refusal: "not_an_access_token", tokenId },
    { source: "forward_auth", outcome: "refused", refusal: "not_an_access_token", tokenId },
  ]);
  // its access token is still good at both
  expect(await introspect(instance.issuer, tokens.access_token, secret)).toMatchObject({ active: true });
});
