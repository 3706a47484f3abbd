import * as oidc from "openid-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createPlan } from "#lib/order-plans/create-plan.ts";
import type { Remaining } from "#lib/revocations/model.ts";
import { revokeClientTokens } from "#lib/revocations/revoke-client-tokens.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { startTestInstance, type TestInstance } from "../test-authority.ts";
import { TestBrowser } from "./test-browser.ts";
import { discover, logIn, type People, seedPeople } from "./test-people.ts";

let instance: TestInstance;
let people: People;

beforeAll(async () => {
  instance = await startTestInstance(1);
  people = await seedPeople(instance.db);
  await instance.authorities[0]?.services.follower.poll();
});
afterAll(() => instance.stop());

const responder = () => contextAs(instance.db, "responder");
const because = { reason: "token_leaked", note: "" } as const;
const OF_ANA = /^family \w{8}…\w{4} of ana@example\.com through web$/;
const said = (remains: readonly Remaining[]) =>
  Object.fromEntries(remains.map((one) => [one.kind, one.says]));

test("an order that a client makes with a refresh token, or a replay of one, says whose family it is", async () => {
  const nameOf = async (act: () => Promise<unknown>) => {
    await act();
    const [order] = await instance.db.query<{ target_kind: string; target_name: string }>(
      "SELECT target_kind, target_name FROM revocation_order ORDER BY position DESC LIMIT 1",
    );
    return order;
  };
  const family = { target_kind: "family", target_name: expect.stringMatching(OF_ANA) };
  const config = await discover(instance, people.web);
  const handed = (await logIn(config)).tokens.refresh_token ?? "";
  expect(await nameOf(() => oidc.tokenRevocation(config, handed))).toEqual(family);

  const code = await logIn(config);
  const again = oidc.authorizationCodeGrant(config, code.callback, {
    pkceCodeVerifier: code.verifier,
    expectedState: code.state,
  });
  expect(await nameOf(() => expect(again).rejects.toThrow())).toEqual(family);
});

test.each(["web", "spa"] as const)(
  "says of a %s client whose tokens are revoked that the same browser can get new ones, and it can",
  async (kind) => {
    const client = people[kind];
    const config = await discover(instance, client);
    const browser = new TestBrowser();
    const first = await logIn(config, { browser });
    const plan = await createPlan(responder(), {
      verb: "revoke",
      target: { kind: "client", id: client.id },
      ...because,
    });
    const done = await revokeClientTokens(responder(), { id: client.id, ...because });
    expect(said(done.remains)).toEqual({
      client_sign_on: expect.stringMatching(
        /still signed in at the authority can authorise the client again/,
      ),
      client_sign_in: expect.stringContaining("Disable the client to end that."),
    });
    expect(said(plan.remains)).toEqual(said(done.remains));
    const again = await logIn(config, { browser, email: "nobody@example.com" });
    expect(again.tokens.access_token).not.toBe(first.tokens.access_token);

    await instance.db.query("UPDATE client SET disabled_at = now() WHERE id = $1", [client.id]);
    expect((await revokeClientTokens(responder(), { id: client.id, ...because })).remains).toEqual([]);
  },
);

test("says that people can sign in where nobody is signed in, and nothing of a secret that gets no tokens alone", async () => {
  const { users, addClient } = people;
  const client = await addClient({ clientId: "desk", kind: "web", tokenFormat: "jwt", requireConsent: true });
  await instance.db.query(
    "DELETE FROM protocol_state WHERE model = 'Session' AND account_id = ANY ($1::text[])",
    [Object.values(users)],
  );
  const { remains } = await revokeClientTokens(responder(), { id: client.id, ...because });
  expect(said(remains)).toEqual({ client_sign_in: expect.stringMatching(/^People can authorise/) });
});

test("says of a service that its secret gets new tokens", async () => {
  const { clientId } = instance.registry.jwtService;
  const [client] = await instance.db.query<{ id: string }>("SELECT id FROM client WHERE client_id = $1", [
    clientId,
  ]);
  const { remains } = await revokeClientTokens(responder(), { id: client?.id ?? "", ...because });
  expect(Object.keys(said(remains))).toEqual(["client_secret"]);
});
