import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { disableClient } from "#lib/clients/disable-client.ts";
import { enableClient } from "#lib/clients/enable-client.ts";
import { DEVICE_GRANT } from "#lib/lifetimes/model.ts";
import { introspect, post, startTestInstance, type TestInstance } from "../test-authority.ts";
import { adminOf } from "./test-admin.ts";
import { TestBrowser } from "./test-browser.ts";
import {
  ANA,
  discover,
  PASSWORD,
  type People,
  type PeopleClient,
  REDIRECT_URI,
  seedPeople,
  startAuthorization,
  throughPages,
} from "./test-people.ts";

let instance: TestInstance;
let people: People;
let television: PeopleClient;
let config: oidc.Configuration;

beforeAll(async () => {
  // of two authorities that share the database, each may be asked
  instance = await startTestInstance(2);
  people = await seedPeople(instance.db);
  television = await people.addClient({
    clientId: "television",
    kind: "device",
    tokenFormat: "jwt",
    requireConsent: true,
  });
  await readRegistry();
  config = await discover(instance, television);
});
afterAll(() => instance.stop());

async function readRegistry() {
  for (const { services } of instance.authorities) await services.follower.poll();
}

type Asked = { device_code: string; user_code: string; verification_uri: string };

const ask = (parameters: Record<string, string> = { scope: "openid invoices:read" }) =>
  oidc.initiateDeviceAuthorization(config, parameters);

const field = (html: string, name: string) =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(html)?.[1] ?? "";

/** Opens the page, types a code; the page that comes then. */
async function typeCode(browser: TestBrowser, asked: Pick<Asked, "verification_uri">, code: string) {
  const page = await browser.open(asked.verification_uri);
  const xsrf = field(await page.response.text(), "xsrf");
  const step = await browser.submit(page.url, { xsrf, user_code: code });
  return { url: step.url, status: step.response.status, html: await step.response.text() };
}

/** Confirms the device, signs in and allows it; the last page. */
async function letIn(
  browser: TestBrowser,
  asked: Asked,
  decision: "allow" | "deny" = "allow",
): Promise<string> {
  const confirm = await typeCode(browser, asked, asked.user_code);
  let step = await browser.submit(confirm.url, {
    xsrf: field(confirm.html, "xsrf"),
    user_code: field(confirm.html, "user_code"),
    confirm: "yes",
  });
  for (let pages = 0; pages < 3; pages += 1) {
    const html = await step.response.text();
    if (html.includes('name="password"'))
      step = await browser.submit(step.url, { email: ANA, password: PASSWORD, decision: "sign_in" });
    else if (html.includes('value="allow"')) step = await browser.submit(step.url, { decision });
    else return html;
  }
  throw new Error("the pages do not end");
}

const poll = (deviceCode: string, url = instance.issuer) =>
  post(`${url}/oauth/token`, {
    grant_type: DEVICE_GRANT,
    client_id: television.clientId,
    device_code: deviceCode,
  });

const answerOf = async (response: Promise<Response>) =>
  (await response).json() as Promise<Record<string, unknown>>;

test("a code that is typed by a browser without a session is met by the page again, and nothing fails inside", async () => {
  const [url] = instance.urls;
  const answers = await Promise.all([
    fetch(`${url}/device`, { method: "POST", body: new URLSearchParams({ user_code: "AAAA-BBBB" }) }),
    fetch(`${url}/device/abc`),
  ]);
  for (const answer of answers) {
    expect(answer.status).toBe(400);
    expect(answer.headers.get("content-type")).toContain("text/html");
    expect(answer.headers.get("set-cookie")).toBeNull();
    expect(await answer.text()).toContain('name="user_code"');
  }
});

describe("the device flow", () => {
  test("RFC 8628 section 3: a person types the code on another screen, and the device has tokens of a family of its own", async () => {
    const asked = await ask();
    expect(asked).toMatchObject({
      verification_uri: `${instance.issuer}/device`,
      expires_in: 600,
      interval: 5,
    });
    expect(asked.user_code).toMatch(/^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
    expect(await answerOf(poll(asked.device_code))).toMatchObject({ error: "authorization_pending" });

    const done = await letIn(new TestBrowser(), asked);
    expect(done).toContain("The device is connected");
    expect(done).toContain("The television");
    const tokens = await answerOf(poll(asked.device_code, instance.urls[1]));
    expect(tokens).toMatchObject({ token_type: "Bearer", scope: "openid invoices:read" });
    expect(
      await introspect(
        instance.issuer,
        String(tokens.access_token),
        instance.registry.verifiers.billing.secret,
      ),
    ).toMatchObject({ active: true, client_id: "television", sub: people.users.ana });
    const [row] = await instance.db.query<{ grantType: string; families: bigint }>(
      `SELECT grant_type AS "grantType", (SELECT count(DISTINCT t.family_id) FROM token t WHERE t.client_id = $1::uuid) AS families
       FROM token WHERE client_id = $1::uuid AND kind = 'access'`,
      [television.id],
    );
    expect(row).toEqual({ grantType: DEVICE_GRANT, families: 1n });
    const refreshed = await oidc.refreshTokenGrant(config, String(tokens.refresh_token));
    expect(refreshed.access_token).toBeTruthy();
  });

  test("RFC 8628 section 5.4: before anything is given, the page names the application, the code and from where the device asked", async () => {
    const asked = await ask();
    const confirm = await typeCode(new TestBrowser(), asked, asked.user_code.toLowerCase().replace("-", ""));
    expect(confirm.html).toContain("Is this your device?");
    for (const told of ["The television", asked.user_code, "127.0.0.1", "just now"])
      expect(confirm.html.replaceAll("::1", "127.0.0.1")).toContain(told);
    expect(await answerOf(poll(asked.device_code))).toMatchObject({ error: "authorization_pending" });
  });

  test("RFC 8628 section 3.3.1: an address that has the code in it leads to the same question, and gives nothing by itself", async () => {
    const asked = await ask();
    const browser = new TestBrowser();
    const page = await browser.open(String(asked.verification_uri_complete));
    const html = await page.response.text();
    expect(page.response.headers.get("content-security-policy")).toMatch(/script-src 'sha256-/);
    const { origin } = new URL(instance.issuer);
    const step = await browser.submit(new URL("/device", origin), {
      xsrf: field(html, "xsrf"),
      user_code: field(html, "user_code"),
    });
    expect(await step.response.text()).toContain("Is this your device?");
    expect(await answerOf(poll(asked.device_code))).toMatchObject({ error: "authorization_pending" });
  });

  test("whoever says that it is not theirs, or does not allow it, gives the device nothing", async () => {
    const aborted = await ask();
    const browser = new TestBrowser();
    const confirm = await typeCode(browser, aborted, aborted.user_code);
    const step = await browser.submit(confirm.url, {
      xsrf: field(confirm.html, "xsrf"),
      user_code: field(confirm.html, "user_code"),
      abort: "yes",
    });
    expect(await step.response.text()).toContain("the device gets no access");
    expect(await answerOf(poll(aborted.device_code))).toMatchObject({ error: "access_denied" });

    const denied = await ask();
    expect(await letIn(new TestBrowser(), denied, "deny")).toContain("the device gets no access");
    expect(await answerOf(poll(denied.device_code))).toMatchObject({ error: "access_denied" });
  });

  test("a device that asks too often is told to slow down", async () => {
    const asked = await ask();
    expect(await answerOf(poll(asked.device_code))).toMatchObject({ error: "authorization_pending" });
    expect(await answerOf(poll(asked.device_code))).toMatchObject({ error: "slow_down" });
  });

  test("a device code is good once: of many at once one wins, and a second use ends what the first gave", async () => {
    const asked = await ask();
    await letIn(new TestBrowser(), asked);
    const answers = await Promise.all(
      [0, 1, 0, 1, 0, 1].map((which) => answerOf(poll(asked.device_code, instance.urls[which]))),
    );
    const [won, ...others] = answers.filter((answer) => answer.access_token !== undefined);
    expect(others).toEqual([]);
    expect(answers.filter(({ error }) => error === "invalid_grant")).toHaveLength(5);
    const { secret } = instance.registry.verifiers.billing;
    expect(await introspect(instance.issuer, String(won?.access_token), secret)).toEqual({ active: false });
    expect(
      await instance.db.query("SELECT act, note FROM audit_entry WHERE act LIKE '%.replayed'"),
      "on record as what it is",
    ).toEqual([
      {
        act: "device_code.replayed",
        note: "A device code was used a second time: its family is revoked.",
      },
    ]);
  });

  test("another client's device code is good for nothing, and a client without the grant gets none", async () => {
    const asked = await ask();
    await letIn(new TestBrowser(), asked);
    const stolen = await post(`${instance.issuer}/oauth/token`, {
      grant_type: DEVICE_GRANT,
      client_id: people.spa.clientId,
      device_code: asked.device_code,
    });
    expect(stolen.status).toBe(400);
    const refused = await post(`${instance.issuer}/oauth/device_authorization`, {
      client_id: people.spa.clientId,
    });
    expect([refused.status, await refused.json()]).toMatchObject([400, { error: "invalid_request" }]);
  });

  test("a client that is disabled ends its devices, typed in or not, also when it is enabled again", async () => {
    const [waiting, letInBefore] = [await ask(), await ask()];
    await letIn(new TestBrowser(), letInBefore);
    const admin = adminOf(instance.db);
    await disableClient(admin, { clientId: television.id });
    await readRegistry();
    expect((await poll(waiting.device_code)).status).toBe(400);
    const page = await typeCode(new TestBrowser(), waiting, waiting.user_code);
    expect(page.html).not.toContain("Is this your device?");
    await enableClient(admin, { clientId: television.id });
    await readRegistry();
    for (const { device_code } of [waiting, letInBefore])
      expect(await answerOf(poll(device_code))).toMatchObject({ error: "invalid_grant" });
    const fresh = await ask();
    expect(await answerOf(poll(fresh.device_code))).toMatchObject({ error: "authorization_pending" });
  });

  test("a client that is disabled ends its codes, pushed requests and open sign-in pages too, also when it is enabled again", async () => {
    const web = await discover(instance, people.web);
    const parameters = {
      redirect_uri: REDIRECT_URI,
      scope: "openid",
      code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
      code_challenge_method: "S256",
    };
    const begun = await startAuthorization(web);
    const callback = await throughPages(new TestBrowser(), begun.url);
    const pushed = await oidc.buildAuthorizationUrlWithPAR(web, parameters);
    const browser = new TestBrowser();
    const open = await browser.open((await startAuthorization(web)).url);
    expect(await open.response.text()).toContain('name="password"');
    const admin = adminOf(instance.db);
    await disableClient(admin, { clientId: people.web.id });
    await enableClient(admin, { clientId: people.web.id });
    await readRegistry();
    await expect(
      oidc.authorizationCodeGrant(web, callback, {
        pkceCodeVerifier: begun.verifier,
        expectedState: begun.state,
      }),
    ).rejects.toMatchObject({ error: "invalid_grant" });
    const late = await browser.submit(open.url, { email: ANA, password: PASSWORD, decision: "sign_in" });
    expect([late.url.origin, late.response.status]).toEqual([open.url.origin, 400]);
    expect((await fetch(pushed, { redirect: "manual" })).status).toBe(400);
    const fresh = await oidc.buildAuthorizationUrlWithPAR(web, parameters);
    expect((await fetch(fresh, { redirect: "manual" })).status).toBe(303);
  });

  test("neither code stands in the database as it is", async () => {
    const asked = await ask();
    const rows = await instance.db.query<{ row: string }>(
      "SELECT row_to_json(s)::text AS row FROM protocol_state s WHERE model = 'DeviceCode'",
    );
    expect(rows.length).toBeGreaterThan(0);
    for (const { row } of rows)
      for (const value of [asked.device_code, asked.user_code, asked.user_code.replace("-", "")])
        expect(row).not.toContain(value);
  });

  test("a code that a form of another page brings is not looked at", async () => {
    const asked = await ask();
    const browser = new TestBrowser();
    const page = await browser.open(asked.verification_uri);
    const step = await browser.submit(page.url, { xsrf: "0".repeat(48), user_code: asked.user_code });
    expect(await step.response.text()).not.toContain("Is this your device?");
  });

  test("whoever guesses is stopped after ten wrong codes, a right one among them", async () => {
    const asked = await ask();
    const browser = new TestBrowser();
    const wrong = [];
    for (let guess = 0; guess < 10; guess += 1)
      wrong.push((await typeCode(browser, asked, `BCDF-GHJ${"BCDFGHJKLM"[guess]}`)).status);
    expect(new Set(wrong)).toEqual(new Set([200]));
    const stopped = await typeCode(browser, asked, "BCDF-GHJZ");
    expect(stopped.status).toBe(429);
    expect((await typeCode(browser, asked, asked.user_code)).status).toBe(429);
  });
});
