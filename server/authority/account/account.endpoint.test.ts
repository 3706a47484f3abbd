import { decodeJwt } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { placeOrder } from "#lib/revocations/place-order.ts";
import { readAccess } from "#lib/sign-on/read-access.ts";
import { TestBrowser } from "../engine/test-browser.ts";
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
} from "../engine/test-people.ts";
import { introspect, startTestInstance, type TestInstance } from "../test-authority.ts";

let instance: TestInstance;
let people: People;
let web: oidc.Configuration;
let spa: oidc.Configuration;
let desk: oidc.Configuration;

beforeAll(async () => {
  instance = await startTestInstance(2);
  people = await seedPeople(instance.db);
  const second = await people.addClient({
    clientId: "desk",
    kind: "web",
    tokenFormat: "jwt",
    requireConsent: true,
  });
  await registryRead();
  web = await discover(instance, people.web);
  spa = await discover(instance, people.spa);
  desk = await discover(instance, second);
});
afterAll(() => instance.stop());
beforeEach(async () => {
  await instance.db.transaction((tx) =>
    placeOrder(tx, systemContext(instance.db, "test"), {
      verb: "revoke",
      target: { kind: "everything", id: "*", name: "everything" },
      reason: "test",
      note: "",
    }),
  );
  await registryRead();
  await instance.db.query("DELETE FROM protocol_state");
  await instance.db.query("DELETE FROM sign_on");
  await instance.db.query("DELETE FROM user_grant");
});

async function registryRead(): Promise<void> {
  for (const authority of instance.authorities) await authority.services.follower.poll();
}

const account = (path = "") => new URL(`/account${path}`, instance.issuer);
const FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:145.0) Gecko/20100101 Firefox/145.0";

async function isActive(token: string, at = instance.urls[1] as string): Promise<boolean> {
  const answer = await introspect(at, token, instance.registry.verifiers.billing.secret);
  return (answer as { active: boolean }).active;
}

async function refusalOf(config: oidc.Configuration, refreshToken: string | undefined): Promise<string> {
  try {
    await oidc.refreshTokenGrant(config, refreshToken ?? "");
    return "none";
  } catch (error) {
    if (error instanceof oidc.ResponseBodyError) return error.error;
    throw error;
  }
}

/** What a browser that asks an application in meets: the application, the login or the consent. */
async function meets(browser: TestBrowser, config: oidc.Configuration): Promise<string> {
  const { url, response } = await browser.open((await startAuthorization(config)).url);
  if (url.href.startsWith(REDIRECT_URI)) return "application";
  return (await response.text()).includes('name="password"') ? "login" : "consent";
}

async function page(browser: TestBrowser, path = ""): Promise<string> {
  return (await browser.open(account(path))).response.text();
}

async function press(browser: TestBrowser, path: string, headers: Record<string, string> = {}) {
  return browser.submit(account(path), {}, headers);
}

/** Tokens of an application that work, of a person. */
async function liveTokensOf(email: string, clientId: string): Promise<number> {
  const [person] = await instance.db.query<{ id: string }>(
    "SELECT id FROM user_account WHERE email = $1::text",
    [email],
  );
  const { grants } = await readAccess(instance.db, { userId: person?.id as string, now: new Date() });
  return grants.find(({ client }) => client.clientId === clientId)?.liveTokens ?? 0;
}

const sidOf = (tokens: { access_token: string }) => String(decodeJwt(tokens.access_token).sid);

async function entries(act: string) {
  return instance.db.query<{ actor: string; target: string; reason: string; after: Record<string, unknown> }>(
    `SELECT actor_kind || ' ' || actor_name AS actor, target_name AS target, reason, after FROM audit_entry WHERE act = $1::text ORDER BY sequence`,
    [act],
  );
}

describe("a person's own page", () => {
  test("asks for a password first, and the session that begins there is the one of applications", async () => {
    const browser = new TestBrowser();
    expect(await page(browser)).toContain("to go on to <strong>your account</strong>");
    const wrong = await browser.submit(account("/sign-in"), { email: ANA, password: "not the password" });
    expect(wrong.response.status).toBe(401);
    expect(await wrong.response.text()).toContain("is not right");
    const { url, response } = await browser.submit(account("/sign-in"), { email: ANA, password: PASSWORD });
    expect(url.pathname).toBe("/account");
    expect(await response.text()).toContain(`Signed in as <strong>${ANA}</strong>`);
    expect(await meets(browser, spa)).toBe("application");
  });

  test("never goes on with a session that the browser had before", async () => {
    const { browser } = await logIn(spa, { email: BEN });
    const [ofBen] = await sessionsOf(BEN);
    await press(browser, `/sessions/${ofBen}/end`);
    const before = browser.cookieValues;
    const signedIn = await browser.request(account("/sign-in"), {
      method: "POST",
      headers: { origin: instance.issuer, "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({ email: ANA, password: PASSWORD }),
    });
    const [cookie = ""] = signedIn.headers.getSetCookie();
    expect(cookie).toMatch(/^tw_session=[\w-]{21,};.*; expires=.*; samesite=lax; httponly$/);
    expect(before).not.toContain(cookie.slice(0, cookie.indexOf(";")).replace("tw_session=", ""));
    expect(await sessionsOf(ANA)).not.toContain(ofBen);
    expect(await page(browser)).toContain(ANA);
  });

  test("ends the session that the browser had before, whoever's it was: its cookie lets nobody in any more", async () => {
    for (const email of [ANA, BEN]) {
      const { browser, tokens } = await logIn(spa, { email });
      const before = sidFrom(await sessionsOf(email));
      const stolen = browser.copy();
      expect(await page(stolen)).toContain(email);
      expect(
        (await browser.submit(account("/sign-in"), { email: ANA, password: PASSWORD })).url.pathname,
      ).toBe("/account");
      expect(await page(stolen)).toContain("to go on to <strong>your account</strong>");
      expect(await meets(stolen, spa)).toBe("login");
      expect(await page(browser)).toContain(`Signed in as <strong>${ANA}</strong>`);
      const signedIn = await instance.db.query(
        "SELECT FROM protocol_state WHERE model = 'Session' AND uid = $1",
        [before],
      );
      expect(signedIn).toEqual([]);
      expect(await isActive(tokens.access_token), "as after a logout, what applications have stays").toBe(
        true,
      );
    }
  });

  test("says of nothing that it was done where an address is opened by hand, and says once what was", async () => {
    const words = ["everywhere", "others", "session", "signed-out", "grant"];
    const { browser } = await logIn(spa);
    for (const done of words) {
      expect(await page(new TestBrowser(), `?done=${done}`)).not.toMatch(/class="notice/);
      expect(await page(browser, `?done=${done}`)).not.toMatch(/class="notice/);
    }
    await logIn(web);
    const { url, response } = await press(browser, "/end-others");
    expect(url.pathname + url.search).toBe("/account");
    expect(await response.text()).toContain("All other browsers are signed out");
    expect(await page(browser)).not.toContain("All other browsers are signed out");
  });

  test("names each browser by what it says it is, where it was and what got in through it", async () => {
    const { browser } = await logIn(web);
    const there = new TestBrowser();
    await there.open(account(), { headers: { "user-agent": FIREFOX } });
    await there.submit(account("/sign-in"), { email: ANA, password: PASSWORD }, { "user-agent": FIREFOX });
    await there.request(account(), { headers: { "user-agent": FIREFOX } });
    const html = await page(browser);
    expect(html).toContain("Firefox on Windows");
    expect(html).toContain("Gave access to The web.");
    expect(html).toContain("127.0.0.1, seen <time");
    expect(html.match(/This browser/g)).toHaveLength(1);
    expect(html).toContain("End the other one");
  });

  test("names each application with its permissions and since when, and shows hostile names as text", async () => {
    const { browser } = await logIn(web);
    await instance.db.query("UPDATE client SET name = '<b>The web' WHERE client_id = 'web'");
    try {
      const html = await page(browser);
      expect(html).toContain("&lt;b&gt;The web");
      expect(html).not.toContain("<b>The web");
      for (const text of [
        "<code>invoices:read</code>",
        "<code>ledger:read</code>",
        "Allowed <time",
        "your name",
      ])
        expect(html).toContain(text);
    } finally {
      await instance.db.query("UPDATE client SET name = 'The web' WHERE client_id = 'web'");
    }
  });

  test("has no script, lets nothing be loaded or framed, and is kept by nobody", async () => {
    const { browser } = await logIn(spa);
    const { response } = await browser.open(account());
    expect(response.headers.get("content-security-policy")).toMatch(
      /default-src 'none'.*script-src 'none'.*frame-ancestors 'none'/,
    );
    expect(response.headers.get("cache-control")).toBe("no-store");
    expect(await response.text()).not.toContain("<script");
  });

  test("shows nobody else's sessions and applications", async () => {
    await logIn(web);
    const { browser } = await logIn(spa, { email: BEN });
    const html = await page(browser);
    expect(html).not.toContain("The web");
    expect(html.match(/class="entry"/g)).toHaveLength(2);
  });
});

const sessionsOf = async (email: string) =>
  (
    await instance.db.query<{ uid: string }>(
      `SELECT s.uid FROM sign_on s JOIN user_account u ON u.id = s.user_id WHERE u.email = $1::text ORDER BY s.signed_in_at`,
      [email],
    )
  ).map(({ uid }) => uid);

describe("ending one session", () => {
  test("stops what came through it on every authority; other browsers and what was allowed go on", async () => {
    const phone = await logIn(web);
    const laptop = await logIn(web);
    const before = (await entries("session.revoked")).length;
    const { url, response } = await press(laptop.browser, `/sessions/${sidOf(phone.tokens)}/end`);
    expect(url.pathname + url.search).toBe("/account");
    expect(await response.text()).toContain("That browser is signed out");
    expect(await isActive(phone.tokens.access_token)).toBe(false);
    expect(await refusalOf(web, phone.tokens.refresh_token)).toBe("invalid_grant");
    expect(await meets(phone.browser, web)).toBe("login");
    expect(await isActive(laptop.tokens.access_token)).toBe(true);
    expect(await refusalOf(web, laptop.tokens.refresh_token)).toBe("none");
    expect(await meets(laptop.browser, web)).toBe("application");
    const recorded = await entries("session.revoked");
    expect(recorded).toHaveLength(before + 1);
    expect(recorded.at(-1)).toMatchObject({
      actor: `user ${ANA}`,
      reason: "user_request",
      after: { liveTokens: 2 },
    });
  });

  test("signs this browser out where it is this one", async () => {
    const { browser, tokens } = await logIn(spa);
    const { response } = await press(browser, `/sessions/${sidFrom(await sessionsOf(ANA))}/end`);
    expect(await response.text()).toContain("You are signed out of this browser");
    expect(await isActive(tokens.access_token)).toBe(false);
    expect(await meets(browser, spa)).toBe("login");
  });

  test("is refused for somebody else's session, from another origin, without one, and by GET", async () => {
    const { tokens } = await logIn(web);
    const { browser } = await logIn(spa, { email: BEN });
    const path = `/sessions/${sidOf(tokens)}/end`;
    expect((await press(browser, path)).response.status).toBe(404);
    const own = `/sessions/${sidFrom(await sessionsOf(BEN))}/end`;
    for (const headers of [
      { origin: "https://evil.example" },
      { origin: "null" },
      { "sec-fetch-site": "cross-site" },
    ] as Record<string, string>[])
      expect((await press(browser, own, headers)).response.status).toBe(403);
    expect((await browser.request(account(own))).status).toBe(405);
    const nobody = await press(new TestBrowser(), path);
    expect(await nobody.response.text()).toContain("to go on to <strong>your account</strong>");
    expect(await isActive(tokens.access_token)).toBe(true);
    expect(await page(browser)).toContain(BEN);
  });

  test("changes nothing where it has ended already", async () => {
    const phone = await logIn(web);
    const laptop = await logIn(web);
    const path = `/sessions/${sidOf(phone.tokens)}/end`;
    await press(laptop.browser, path);
    const before = (await entries("session.revoked")).length;
    expect((await press(laptop.browser, path)).response.status).toBe(200);
    expect((await entries("session.revoked")).length).toBe(before);
  });
});

const sidFrom = (uids: readonly string[]) => uids.at(-1) as string;

describe("ending all others", () => {
  test("spares the browser that asks", async () => {
    const [one, other, here] = [await logIn(web), await logIn(spa), await logIn(web)];
    const { response } = await press(here.browser, "/end-others");
    expect((await response.text()).match(/This browser/g)).toHaveLength(1);
    expect(await page(here.browser)).not.toContain("End the other");
    for (const { tokens } of [one, other]) expect(await isActive(tokens.access_token)).toBe(false);
    expect(await isActive(here.tokens.access_token)).toBe(true);
    expect(await meets(here.browser, web)).toBe("application");
  });
});

describe("withdrawing what an application was allowed", () => {
  test("stops it on every device and asks again; other applications and the sign-in go on", async () => {
    const phone = await logIn(web);
    const laptop = await logIn(web);
    const other = await logIn(desk, { browser: laptop.browser });
    const path = `/grants/${people.web.id}/withdraw`;
    const asked = await page(laptop.browser, path);
    expect(asked).toContain("Withdraw access of The web?");
    expect(asked).toContain("<strong>4 tokens</strong> of The web stop working, on all of your devices.");
    expect(await isActive(phone.tokens.access_token), "asking does nothing").toBe(true);
    const { url } = await press(laptop.browser, path);
    expect(url.pathname + url.search).toBe("/account");
    for (const { tokens } of [phone, laptop]) {
      expect(await isActive(tokens.access_token)).toBe(false);
      expect(await refusalOf(web, tokens.refresh_token)).toBe("invalid_grant");
    }
    expect(await isActive(other.tokens.access_token)).toBe(true);
    expect(await meets(laptop.browser, web)).toBe("consent");
    expect(await meets(phone.browser, web)).toBe("consent");
    expect(await meets(laptop.browser, desk)).toBe("application");
    expect(await page(laptop.browser)).not.toContain("The web</strong>");
    const [entry] = (await entries("grant.withdrawn")).slice(-1);
    expect(entry).toMatchObject({
      actor: `user ${ANA}`,
      target: ANA,
      reason: "user_request",
      after: { client: "web", families: 2, liveTokens: 4 },
    });
  });

  test("ends a code that was not exchanged yet", async () => {
    const { browser } = await logIn(web);
    const { url, verifier, state } = await startAuthorization(web);
    const callback = (await browser.open(url)).url;
    await press(browser, `/grants/${people.web.id}/withdraw`);
    await expect(
      oidc.authorizationCodeGrant(web, callback, { pkceCodeVerifier: verifier, expectedState: state }),
    ).rejects.toMatchObject({ error: "invalid_grant" });
  });

  test("leaves nothing alive of an exchange at the same moment", async () => {
    for (let round = 0; round < 4; round += 1) {
      const { browser } = await logIn(web);
      const { url, verifier, state } = await startAuthorization(web);
      const callback = (await browser.open(url)).url;
      const [tokens] = await Promise.all([
        oidc
          .authorizationCodeGrant(web, callback, { pkceCodeVerifier: verifier, expectedState: state })
          .catch(() => null),
        press(browser, `/grants/${people.web.id}/withdraw`),
      ]);
      // whichever came first: a code that was withdrawn, or tokens that were
      expect(await liveTokensOf(ANA, "web")).toBe(0);
      expect(await meets(browser, web)).toBe("consent");
      if (tokens === null) {
        const again = oidc.authorizationCodeGrant(web, callback, {
          pkceCodeVerifier: verifier,
          expectedState: state,
        });
        await expect(again).rejects.toMatchObject({ error: "invalid_grant" });
      } else {
        expect(await isActive(tokens.access_token)).toBe(false);
        expect(await refusalOf(web, tokens.refresh_token)).toBe("invalid_grant");
      }
    }
  });

  test("is said to last only until the application comes again, where its users are not asked", async () => {
    const { browser, tokens } = await logIn(spa);
    const path = `/grants/${people.spa.id}/withdraw`;
    expect(await page(browser, path)).toContain(
      "Your organisation allows this application without asking you",
    );
    await press(browser, path);
    expect(await isActive(tokens.access_token)).toBe(false);
    expect(await meets(browser, spa)).toBe("application");
  });

  test("finds nothing of an application that has none", async () => {
    const { browser } = await logIn(spa);
    expect((await press(browser, `/grants/${people.web.id}/withdraw`)).response.status).toBe(404);
    expect((await browser.request(account(`/grants/${people.web.id}/withdraw`))).status).toBe(404);
  });
});

describe("logging out everywhere", () => {
  test("ends every session and token; what was allowed stays", async () => {
    const phone = await logIn(web);
    const laptop = await logIn(desk);
    expect(await page(laptop.browser, "/sign-out-everywhere")).toContain(
      "<strong>2 browsers</strong>, this one included, and <strong>4 tokens</strong>",
    );
    const { response } = await press(laptop.browser, "/sign-out-everywhere");
    expect(await response.text()).toContain("You are logged out everywhere");
    for (const { tokens } of [phone, laptop]) expect(await isActive(tokens.access_token)).toBe(false);
    expect(await refusalOf(web, phone.tokens.refresh_token)).toBe("invalid_grant");
    for (const { browser } of [phone, laptop]) expect(await meets(browser, web)).toBe("login");
    const back = await logIn(web);
    expect(await isActive(back.tokens.access_token)).toBe(true);
    const [entry] = (await entries("user.tokens_revoked")).slice(-1);
    expect(entry).toMatchObject({ actor: `user ${ANA}`, target: ANA, reason: "user_request" });
  });
});

describe("what a person allows an application", () => {
  test("is remembered in another browser, and is asked for again where the application wants more", async () => {
    await logIn(web, { parameters: { scope: "openid invoices:read" } });
    const browser = new TestBrowser();
    await browser.open(account());
    await browser.submit(account("/sign-in"), { email: ANA, password: PASSWORD });
    const narrow = await startAuthorization(web, { scope: "openid invoices:read" });
    expect((await browser.open(narrow.url)).url.href).toContain(REDIRECT_URI);
    const wide = await startAuthorization(web, { scope: "openid invoices:read ledger:read" });
    const asked = await (await browser.open(wide.url)).response.text();
    expect(asked).toContain("It asks for more now");
    expect(asked).toContain('href="/account"');
  });

  test("is kept as long as what begins under it can live, also where that has become longer since", async () => {
    const setAbsolute = async (seconds: number) => {
      await instance.db.query(
        "UPDATE organisation SET refresh_token_idle_seconds = least(604800, $1::int), refresh_token_absolute_seconds = $1::int",
        [seconds],
      );
      await registryRead();
    };
    const daysLeft = async () => {
      const [row] = await instance.db.query<{ days: number }>(
        "SELECT extract(epoch FROM expires_at - now())::float8 / 86400 AS days FROM user_grant",
      );
      return row?.days ?? 0;
    };
    await setAbsolute(7_200);
    const first = await logIn(web);
    expect(await daysLeft()).toBeLessThan(1);
    await setAbsolute(2_592_000);
    const [before] = await instance.db.query("SELECT given_at, grant_id FROM user_grant");
    await logIn(web);
    expect(await daysLeft()).toBeGreaterThan(30);
    expect(await instance.db.query("SELECT given_at, grant_id FROM user_grant")).toEqual([before]);
    expect(await refusalOf(web, first.tokens.refresh_token)).toBe("none");
  });
});
