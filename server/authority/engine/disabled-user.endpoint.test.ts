import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Context } from "#lib/context.ts";
import { contextAs } from "#lib/tokens/token-fixture.ts";
import { disableUser } from "#lib/users/disable-user.ts";
import { enableUser } from "#lib/users/enable-user.ts";
import { introspect, startTestInstance, type TestInstance, verify } from "../test-authority.ts";
import { TestBrowser } from "./test-browser.ts";
import {
  ANA,
  BEN,
  discover,
  logIn,
  PASSWORD,
  type People,
  REDIRECT_URI,
  seedPeople,
  startAuthorization,
  throughPages,
} from "./test-people.ts";

let instance: TestInstance;
let people: People;
let web: oidc.Configuration;
let spa: oidc.Configuration;
let governor: Context;

beforeAll(async () => {
  instance = await startTestInstance(2, { clockToleranceMs: Number.POSITIVE_INFINITY });
  people = await seedPeople(instance.db);
  await registryRead();
  web = await discover(instance, people.web);
  spa = await discover(instance, people.spa);
  governor = contextAs(instance.db, "governor");
});
afterAll(() => instance.stop());

async function registryRead() {
  for (const authority of instance.authorities) await authority.services.follower.poll();
}

const disable = (userId: string) =>
  disableUser({ ...governor, now: new Date() }, { userId, reason: "account_compromise", note: "" });
const enable = (userId: string) => enableUser({ ...governor, now: new Date() }, { userId });

/** What every authority says of an access token, by introspection and by forward-auth. */
async function isGood(token: string): Promise<boolean[]> {
  const { secret } = instance.registry.verifiers.billing;
  const answers = await Promise.all(
    instance.urls.flatMap((url) => [
      introspect(url, token, secret).then((answer) => (answer as { active: boolean }).active),
      verify(url, token, secret).then((response) => response.ok),
    ]),
  );
  return answers;
}

async function isSignedIn(browser: TestBrowser): Promise<boolean> {
  const { url } = await browser.open((await startAuthorization(spa, { scope: "openid" })).url);
  return url.origin + url.pathname === REDIRECT_URI;
}

const ALL_GOOD = [true, true, true, true];
const ALL_REFUSED = [false, false, false, false];

describe("disabling a user", () => {
  test("ends tokens, refreshes, sessions and codes on every authority in one act; enabling brings none back", async () => {
    const jwt = await logIn(web);
    const opaque = await logIn(spa);
    const bystander = await logIn(spa, { email: BEN });
    const accessTokens = [jwt.tokens.access_token, opaque.tokens.access_token];
    for (const token of accessTokens) expect(await isGood(token)).toEqual(ALL_GOOD);
    const pending = await startAuthorization(spa);
    const callback = await throughPages(opaque.browser, pending.url);

    const { orderId, revokedTokens } = await disable(people.users.ana);
    await registryRead();

    const nothingWorks = async () => {
      for (const token of accessTokens) expect(await isGood(token)).toEqual(ALL_REFUSED);
      for (const [config, login] of [
        [web, jwt],
        [spa, opaque],
      ] as const)
        await expect(oidc.refreshTokenGrant(config, login.tokens.refresh_token ?? "")).rejects.toMatchObject({
          error: "invalid_grant",
        });
      for (const { browser } of [jwt, opaque]) expect(await isSignedIn(browser)).toBe(false);
      await expect(
        oidc.authorizationCodeGrant(spa, callback, {
          pkceCodeVerifier: pending.verifier,
          expectedState: pending.state,
        }),
      ).rejects.toMatchObject({ error: "invalid_grant" });
    };
    await nothingWorks();
    expect(revokedTokens).toBeGreaterThanOrEqual(4);
    const entries = await instance.db.query<{ act: string; order: string }>(
      "SELECT act, after ->> 'orderId' AS order FROM audit_entry WHERE target_id = $1 AND act LIKE 'user.%abled'",
      [people.users.ana],
    );
    expect(entries, "one act, on record with its order").toEqual([{ act: "user.disabled", order: orderId }]);
    expect(await isGood(bystander.tokens.access_token), "nobody else's end").toEqual(ALL_GOOD);
    expect(await isSignedIn(bystander.browser)).toBe(true);

    const { browser } = opaque;
    const start = await startAuthorization(spa, { prompt: "login" });
    const login = await browser.open(start.url);
    const refused = await browser.submit(login.url, { email: ANA, password: PASSWORD, decision: "sign_in" });
    expect(refused.url.origin, "the password alone lets nobody in").toBe(start.url.origin);

    await enable(people.users.ana);
    await registryRead();
    await nothingWorks();
    const anew = await logIn(spa);
    expect(await isGood(anew.tokens.access_token), "what is issued from now on works").toEqual(ALL_GOOD);
    for (const token of accessTokens) expect(await isGood(token)).toEqual(ALL_REFUSED);
  });

  test("ends a sign-in whose password was typed before, also one that is written down late and after enabling", async () => {
    const ben = people.users.ben;
    const begin = async () => {
      const browser = new TestBrowser();
      const page = await browser.open((await startAuthorization(spa, { scope: "openid" })).url);
      const answer = await browser.request(page.url, {
        method: "POST",
        headers: {
          "content-type": "application/x-www-form-urlencoded",
          origin: page.url.origin,
          "sec-fetch-site": "same-origin",
        },
        body: new URLSearchParams({ email: BEN, password: PASSWORD, decision: "sign_in" }),
      });
      const goOn = new URL(answer.headers.get("location") ?? "", page.url);
      return async () => {
        const { url } = await browser.open(goOn);
        return url.origin + url.pathname === REDIRECT_URI;
      };
    };
    const late = await begin();
    const written = await instance.db.query<{ row: string }>(
      "SELECT row_to_json(s)::text AS row FROM protocol_state s WHERE model = 'Interaction' AND account_id = $1",
      [ben],
    );
    expect(written).toHaveLength(1);
    await disable(ben);
    await instance.db.query(
      "INSERT INTO protocol_state SELECT * FROM json_populate_record(null::protocol_state, $1::json)",
      [String(written[0]?.row)],
    );
    await enable(ben);
    await registryRead();
    expect(await late()).toBe(false);
    const after = await begin();
    expect(await after(), "a password that is typed now is good").toBe(true);
  });

  test("is for responders too, and for no auditor; letting in again is for who manages users", async () => {
    const ben = people.users.ben;
    const disable = { userId: ben, reason: "test", note: "" } as const;
    const { browser } = await logIn(spa, { email: BEN });
    await expect(disableUser(contextAs(instance.db, "auditor"), disable)).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
    expect(await isSignedIn(browser)).toBe(true);

    await disableUser(contextAs(instance.db, "responder"), disable);
    await registryRead();
    expect(await isSignedIn(browser)).toBe(false);
    await expect(enableUser(contextAs(instance.db, "responder"), { userId: ben })).rejects.toMatchObject({
      code: "FORBIDDEN",
    });
  });
});
