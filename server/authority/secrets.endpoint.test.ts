import * as oidc from "openid-client";
import { afterAll, beforeAll, expect, test } from "vitest";
import { LeakSearch } from "#server/secrets/leak-search.ts";
import { dumpDatabase } from "#server/secrets/whereabouts.ts";
import { TestBrowser } from "./engine/test-browser.ts";
import {
  ANA,
  discover,
  logIn,
  PASSWORD,
  type People,
  seedPeople,
  startAuthorization,
} from "./engine/test-people.ts";
import { introspect, issue, post, startTestInstance, type TestInstance, verify } from "./test-authority.ts";

let instance: TestInstance;
let people: People;

beforeAll(async () => {
  instance = await startTestInstance();
  people = await seedPeople(instance.db);
});
afterAll(() => instance.stop());

/** What makes a token one: the last part of a JWT, all of an opaque value. */
const secretOf = (token: string) => (token.startsWith("eyJ") ? (token.split(".").at(-1) ?? "") : token);

test("nothing that the authority hands out or is shown is in its database afterwards, wherever it was put (P2)", async () => {
  const { issuer, registry } = instance;
  const secrets = new Map<string, string>();
  const keep = (name: string, value: string) => secrets.set(name, secretOf(value));
  await expect
    .poll(() => instance.authorities[0]?.services.follower.registry.clientsByClientId.has("spa"))
    .toBe(true);
  const web = await discover(instance, people.web);
  const { tokens, callback, verifier, state, browser } = await logIn(web, {
    parameters: { scope: "openid offline_access invoices:read" },
  });
  keep("access token", tokens.access_token);
  keep("ID token", tokens.id_token ?? "");
  keep("refresh token", tokens.refresh_token ?? "");
  keep("code", callback.searchParams.get("code") ?? "");
  keep("PKCE verifier", verifier);
  keep("state", state);
  for (const cookie of browser.cookieValues.filter((value) => value.length > 30))
    keep(`cookie ${cookie.slice(0, 4)}`, cookie);
  keep("password", PASSWORD);
  keep("client secret", people.web.secret ?? "");
  keep("verifier secret", registry.verifiers.billing.secret);
  const next = await oidc.refreshTokenGrant(web, tokens.refresh_token ?? "");
  keep("second refresh token", next.refresh_token ?? "");
  await oidc.refreshTokenGrant(web, tokens.refresh_token ?? "").catch(() => {});
  for (const client of [registry.jwtService, registry.opaqueService]) {
    const token = await issue(issuer, client);
    keep(`token of ${client.clientId}`, token);
    for (const misplaced of [token, `${token}x`, encodeURIComponent(token)]) {
      await introspect(issuer, misplaced, registry.verifiers.billing.secret);
      await fetch(`${issuer}/verify`, {
        headers: {
          authorization: `Bearer ${token}`,
          "x-tokenwarden-verifier": registry.verifiers.billing.secret,
          "x-original-uri": `/a/${misplaced}/b?t=${misplaced}`,
          "user-agent": `tool (${misplaced})`,
        },
      });
      await post(
        `${issuer}/oauth/token`,
        { grant_type: "client_credentials", scope: misplaced },
        { authorization: `Basic ${Buffer.from(`${misplaced}:${misplaced}`).toString("base64")}` },
      );
    }
    expect((await verify(issuer, token, registry.verifiers.billing.secret)).status).toBeLessThan(500);
  }

  // the classic: the password in the field of the address
  const visitor = new TestBrowser();
  const { url: address } = await startAuthorization(web);
  const login = await visitor.open(address);
  const refused = await visitor.submit(login.url, { email: PASSWORD, password: ANA, decision: "sign_in" });
  expect(refused.response.status).toBe(401);
  expect(await refused.response.text()).not.toContain(PASSWORD);
  const again = await visitor.submit(login.url, {
    email: "nobody@example.com",
    password: "x",
    decision: "sign_in",
  });
  expect(await again.response.text()).toContain('value="nobody@example.com"');

  const search = new LeakSearch();
  for (const [name, value] of secrets) search.add(name, value);
  const dump = await dumpDatabase(instance.databaseUrl);
  expect(dump.flatMap(({ where, data }) => search.find(where, data))).toEqual([]);
  // and it would have been found
  await instance.db.query("INSERT INTO sign_in_attempt (key, window_start, failures) VALUES ($1, now(), 1)", [
    `user ${PASSWORD}`,
  ]);
  const planted = await dumpDatabase(instance.databaseUrl);
  expect(planted.flatMap(({ where, data }) => search.find(where, data))).toMatchObject([
    { name: "password", where: "table public.sign_in_attempt" },
  ]);
});
