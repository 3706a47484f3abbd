import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { placeOrder } from "#lib/revocations/place-order.ts";
import { startTestInstance, type TestInstance } from "../test-authority.ts";
import { TestBrowser } from "./test-browser.ts";
import {
  ANA,
  BEN,
  discover,
  forgetGrants,
  logIn,
  PASSWORD,
  type People,
  REDIRECT_URI,
  seedPeople,
  startAuthorization,
  throughPages,
} from "./test-people.ts";
import { pastEdge } from "./test-window.ts";

let instance: TestInstance;
let people: People;
let web: oidc.Configuration;
let spa: oidc.Configuration;

beforeAll(async () => {
  instance = await startTestInstance(1, { clockToleranceMs: Number.POSITIVE_INFINITY });
  people = await seedPeople(instance.db);
  await registryRead();
  web = await discover(instance, people.web);
  spa = await discover(instance, people.spa);
});
afterAll(() => instance.stop());

const registryRead = () => instance.authorities[0]?.services.follower.poll();

async function openLogin(config = web, parameters: Record<string, string> = {}) {
  const browser = new TestBrowser();
  const { url } = await startAuthorization(config, parameters);
  const page = await browser.open(url);
  return { browser, page: page.url, html: await page.response.text(), headers: page.response.headers };
}

async function entriesOf(act: string) {
  return instance.db.query<{
    actor_kind: string;
    actor_name: string;
    target_name: string;
    outcome: string;
    error_code: string | null;
  }>(
    "SELECT actor_kind, actor_name, target_name, outcome, error_code FROM audit_entry WHERE act = $1::text ORDER BY sequence",
    [act],
  );
}

describe("the sign-in page", () => {
  test("names the application, has no script, and lets nothing be loaded or framed", async () => {
    const { html, headers } = await openLogin();
    expect(html).toContain("The web");
    expect(html).not.toMatch(/<script|\son\w+=|style="/i);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'self'; script-src 'none'; form-action 'self' https://app.example.com; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("referrer-policy")).toBe("same-origin");
  });

  test("has its one stylesheet, in light and dark", async () => {
    const response = await fetch(`${instance.issuer}/interaction/pages.css`);
    expect(response.headers.get("content-type")).toContain("text/css");
    expect(await response.text()).toContain("prefers-color-scheme: dark");
  });

  test("shows hostile names as text", async () => {
    await people.addClient({ clientId: "evil", kind: "spa", tokenFormat: "jwt", requireConsent: true });
    await instance.db.query("UPDATE client SET name = $1::text WHERE client_id = 'evil'", [
      `<script>alert(1)</script>"'\u202Ex`,
    ]);
    await registryRead();
    const evil = await discover(instance, { id: "", clientId: "evil", secret: null });
    const { html } = await openLogin(evil, { login_hint: '"><img src=x onerror=alert(1)>' });
    expect(html).toContain("&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;⟨U+202E⟩x");
    expect(html).not.toMatch(/<script|<img/);
  });

  test("takes the right pair and puts it on record", async () => {
    const { tokens } = await logIn(web);
    expect(tokens.access_token).toBeTruthy();
    expect((await entriesOf("user.signed_in")).at(-1)).toMatchObject({
      actor_kind: "user",
      actor_name: ANA,
      outcome: "done",
    });
  });

  test("answers a wrong password, an unknown, a disabled and a passwordless account in the same words", async () => {
    await instance.db.query(
      "INSERT INTO user_account (id, email, name, created_at, updated_at) VALUES (gen_random_uuid(), 'none@example.com', 'None', now(), now())",
    );
    const shown = new Set<string>();
    for (const email of [ANA, "nobody@example.com", BEN, "none@example.com"]) {
      const isBen = email === BEN;
      if (isBen)
        await instance.db.query("UPDATE user_account SET disabled_at = now() WHERE email = $1::text", [BEN]);
      const { browser, page } = await openLogin();
      const { response } = await browser.submit(page, {
        email,
        password: isBen ? PASSWORD : "wrong",
        decision: "sign_in",
      });
      if (isBen)
        await instance.db.query("UPDATE user_account SET disabled_at = NULL WHERE email = $1::text", [BEN]);
      expect(response.status).toBe(401);
      shown.add((await response.text()).replaceAll(email, "").replaceAll(page.pathname, ""));
    }
    expect(shown.size).toBe(1);
    const refusals = await entriesOf("user.sign_in_refused");
    expect(refusals.slice(-4).map((entry) => entry.target_name)).toEqual([
      ANA,
      "unknown account",
      BEN,
      "none@example.com",
    ]);
    expect(JSON.stringify(refusals)).not.toContain("nobody@example.com");
  });

  test("closes for an account after ten failures from where it never came in, whoever asks", async () => {
    await pastEdge();
    await instance.db.query("DELETE FROM sign_in_attempt");
    const { browser, page } = await openLogin();
    const attempt = (email: string, password: string) =>
      browser.submit(page, { email, password, decision: "sign_in" });
    const statuses: number[] = [];
    for (let count = 0; count < 11; count += 1) statuses.push((await attempt(BEN, "wrong")).response.status);
    expect(statuses).toEqual([...Array.from({ length: 10 }, () => 401), 429]);
    const right = await attempt(BEN, PASSWORD);
    expect(right.response.status).toBe(429);
    expect(await right.response.text()).toContain("Too many attempts.");
    const closed = (await entriesOf("user.sign_in_refused")).filter(
      (entry) => entry.error_code === "TOO_MANY_ATTEMPTS",
    );
    expect(closed).toHaveLength(1);
    await forgetGrants(instance.db);
    expect((await attempt(ANA, PASSWORD)).response.status).toBe(200);
    await instance.db.query("DELETE FROM sign_in_attempt");
  });

  test.each([
    ["another origin", { origin: "https://evil.example" }],
    ["a null origin", { origin: "null" }],
    ["another site", { "sec-fetch-site": "cross-site" }],
  ])("takes no form from %s", async (_name, headers) => {
    const { browser, page } = await openLogin();
    const { response } = await browser.submit(
      page,
      { email: ANA, password: PASSWORD, decision: "sign_in" },
      headers as Record<string, string>,
    );
    expect(response.status).toBe(403);
    expect(await response.text()).toContain("Request id");
  });

  test("takes no form without the browser that began, none that is too large, and none with a field twice", async () => {
    const { browser, page } = await openLogin();
    const stranger = await new TestBrowser().submit(page, { email: ANA, password: PASSWORD });
    expect(stranger.response.status).toBe(400);
    expect((await browser.submit(page, { email: ANA, password: "x".repeat(20_000) })).response.status).toBe(
      413,
    );
    const twice = await browser.request(page, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", origin: page.origin },
      body: "email=a&email=b",
    });
    expect(twice.status).toBe(400);
    const json = await browser.request(page, {
      method: "POST",
      headers: { "content-type": "application/json", origin: page.origin },
      body: "{}",
    });
    expect(json.status).toBe(415);
    expect((await browser.request(page, { method: "DELETE" })).status).toBe(405);
  });

  test("lets a person go back without signing in", async () => {
    const { browser, page } = await openLogin();
    const { url } = await browser.submit(page, { email: "", password: "", decision: "cancel" });
    expect(url.searchParams.get("error")).toBe("access_denied");
  });

  test("RFC 6749 section 4.1.2.1: an error that cannot go to the application is a calm page with the request id", async () => {
    const { response } = await new TestBrowser().open(
      `${instance.issuer}/oauth/authorize?client_id=nobody&response_type=code&redirect_uri=https://x.example/`,
    );
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    const html = await response.text();
    expect(html).toContain(response.headers.get("x-request-id") ?? "no id");
    expect(html).not.toContain("<script");
  });
});

describe("the consent page", () => {
  async function openConsent(email = ANA) {
    await forgetGrants(instance.db);
    const { browser, page } = await openLogin();
    const step = await browser.submit(page, { email, password: PASSWORD, decision: "sign_in" });
    return { browser, page: step.url, html: await step.response.text() };
  }

  test("names the application, the person, and each permission at its audience", async () => {
    await instance.db.query(
      "UPDATE permission SET description = 'Read invoices' WHERE name = 'invoices:read'",
    );
    const { html } = await openConsent();
    for (const text of [
      "The web asks for access",
      ANA,
      "At billing",
      "Read invoices",
      "invoices:read",
      "At ledger",
      "ledger:read",
      "Read your name",
    ])
      expect(html).toContain(text);
  });

  test("OIDC Core section 11: says for how long the application stays connected, though it did not ask for offline_access", async () => {
    const { html } = await openConsent();
    expect(html).not.toContain("offline_access");
    expect(html).toContain("stays connected for up to 30 days, also while you are away");
  });

  test("says nothing of staying connected for an application that gets no refresh token", async () => {
    const setGrants = (grants: string) =>
      instance.db.query("UPDATE client SET grant_types = $1::text[] WHERE client_id = $2::text", [
        grants,
        people.web.clientId,
      ]);
    await setGrants("{authorization_code}");
    await registryRead();
    try {
      const { html } = await openConsent();
      expect(html).toContain("asks for access");
      expect(html).not.toContain("stays connected");
    } finally {
      await setGrants("{authorization_code,refresh_token}");
      await registryRead();
    }
  });

  test("asks only for what the person holds", async () => {
    const { html } = await openConsent(BEN);
    expect(html).toContain("invoices:read");
    expect(html).not.toContain("ledger:read");
  });

  test("puts what was allowed on record", async () => {
    const { browser, page } = await openConsent();
    const before = (await entriesOf("grant.consented")).length;
    const { url } = await browser.submit(page, { decision: "allow" });
    expect(url.searchParams.get("code")).toBeTruthy();
    const entries = await entriesOf("grant.consented");
    expect(entries).toHaveLength(before + 1);
    expect(entries.at(-1)).toMatchObject({ actor_kind: "user", actor_name: ANA, target_name: "The web" });
  });

  test("sends a denial back, and records no consent", async () => {
    const { browser, page } = await openConsent();
    const before = (await entriesOf("grant.consented")).length;
    const { url } = await browser.submit(page, { decision: "deny" });
    expect(url.searchParams.get("error")).toBe("access_denied");
    expect((await entriesOf("grant.consented")).length).toBe(before);
  });

  test("takes neither an allow from another origin nor a form without a decision", async () => {
    const { browser, page } = await openConsent();
    expect(
      (await browser.submit(page, { decision: "allow" }, { origin: "https://evil.example" })).response.status,
    ).toBe(403);
    expect((await browser.submit(page, {})).response.status).toBe(400);
  });

  test("is not shown again in the same session, nor to the users of a client that needs none", async () => {
    const { browser } = await logIn(web);
    const again = await browser.open((await startAuthorization(web)).url);
    expect(again.url.searchParams.get("code")).toBeTruthy();
    const { browser: other, page } = await openLogin(spa);
    const step = await other.submit(page, { email: ANA, password: PASSWORD, decision: "sign_in" });
    expect(step.url.searchParams.get("code")).toBeTruthy();
  });
});

describe("an SSO session", () => {
  const isSignedIn = async (browser: TestBrowser) => {
    const { url } = await browser.open((await startAuthorization(spa, { scope: "openid" })).url);
    return url.origin + url.pathname === REDIRECT_URI;
  };

  test.each(["user", "everything"] as const)("ends with an order on its %s", async (kind) => {
    const { browser } = await logIn(spa);
    expect(await isSignedIn(browser)).toBe(true);
    const id = kind === "user" ? people.users.ana : "*";
    await instance.db.transaction((tx) =>
      placeOrder(tx, systemContext(instance.db, "test"), {
        verb: "revoke",
        target: { kind, id, name: id },
        reason: "test",
        note: "",
      }),
    );
    await registryRead();
    expect(await isSignedIn(browser)).toBe(false);
    expect(await isSignedIn((await logIn(spa)).browser)).toBe(true);
  });

  test("ends when its person is disabled", async () => {
    const { browser } = await logIn(spa);
    await instance.db.query("UPDATE user_account SET disabled_at = now() WHERE email = $1::text", [ANA]);
    expect(await isSignedIn(browser)).toBe(false);
    await instance.db.query("UPDATE user_account SET disabled_at = NULL WHERE email = $1::text", [ANA]);
  });

  test("ends after its idle time, and after its maximum however busy it is", async () => {
    const now = Date.now;
    let shift = 0;
    Date.now = () => now() + shift * 1_000;
    try {
      const { browser } = await logIn(spa);
      const { browser: idle } = await logIn(spa);
      for (shift = 1_500; shift < 36_000; shift += 1_500)
        expect(await isSignedIn(browser), `${shift} s`).toBe(true);
      shift = 36_001;
      expect(await isSignedIn(browser)).toBe(false);
      shift = 1_801;
      expect(await isSignedIn(idle)).toBe(false);
    } finally {
      Date.now = now;
    }
  });

  test("OIDC RP-Initiated Logout section 2: ends on the person's word, and leads back to a registered address alone", async () => {
    const { browser, tokens } = await logIn(spa);
    const logout = oidc.buildEndSessionUrl(spa, {
      post_logout_redirect_uri: "https://app.example.com/bye",
      id_token_hint: tokens.id_token ?? "",
    });
    const { response, url } = await browser.open(logout);
    const html = await response.text();
    expect(html).toContain("Sign out?");
    expect(response.headers.get("content-security-policy")).toContain(
      "form-action 'self' https://app.example.com",
    );
    const xsrf = /name="xsrf" value="(\w+)"/.exec(html)?.[1] ?? "";
    const confirm = new URL("/oauth/logout/confirm", url);
    expect((await browser.submit(confirm, { xsrf: "0".repeat(48), logout: "yes" })).response.status).toBe(
      400,
    );
    const { url: back } = await browser.submit(confirm, { xsrf, logout: "yes" });
    expect(back.href).toBe("https://app.example.com/bye");
    expect(await isSignedIn(browser)).toBe(false);
    const elsewhere = oidc.buildEndSessionUrl(spa, {
      post_logout_redirect_uri: "https://evil.example/",
      id_token_hint: tokens.id_token ?? "",
    });
    expect((await browser.open(elsewhere)).response.status).toBe(400);
  });
});

describe("userinfo", () => {
  const userinfo = (token: string, url = instance.issuer) =>
    fetch(`${url}/oauth/userinfo`, { headers: { authorization: `Bearer ${token}` } });

  test.each(["jwt", "opaque"])(
    "OIDC Core section 5.3: tells what was consented to, for a %s token of any audience, and each use is on record",
    async (format) => {
      const config = format === "jwt" ? web : spa;
      const { tokens } = await logIn(config, { parameters: { scope: "openid email invoices:read" } });
      expect(await oidc.fetchUserInfo(config, tokens.access_token, people.users.ana)).toEqual({
        sub: people.users.ana,
        email: ANA,
      });
      const [use] = await instance.db.query(
        "SELECT outcome, source FROM token_use WHERE source = 'userinfo' ORDER BY received_at DESC LIMIT 1",
      );
      expect(use).toEqual({ outcome: "allowed", source: "userinfo" });
    },
  );

  test("refuses a token that was revoked, one without openid, and what is no token", async () => {
    const { tokens } = await logIn(web);
    expect((await userinfo(tokens.access_token)).status).toBe(200);
    await oidc.tokenRevocation(web, tokens.access_token);
    expect((await userinfo(tokens.access_token)).status).toBe(401);
    const [use] = await instance.db.query(
      "SELECT outcome, refusal FROM token_use WHERE source = 'userinfo' ORDER BY received_at DESC, id DESC LIMIT 1",
    );
    expect(use).toEqual({ outcome: "refused", refusal: "revoked" });
    const { tokens: plain } = await logIn(web, { parameters: { scope: "invoices:read" } });
    expect((await userinfo(plain.access_token)).status).toBe(403);
    for (const bad of ["x", "a.b.c", tokens.refresh_token ?? "", tokens.id_token ?? ""])
      expect((await userinfo(bad)).status).toBe(401);
  });
});

describe("nothing at rest", () => {
  test("is a token, a code, a secret, a cookie or a password", async () => {
    const { tokens, browser, callback, verifier, state } = await logIn(web);
    const next = await oidc.refreshTokenGrant(web, tokens.refresh_token ?? "");
    const { url } = await startAuthorization(web);
    const pending = new TestBrowser();
    const { url: page } = await pending.open(url);
    const parUrl = await oidc.buildAuthorizationUrlWithPAR(web, {
      redirect_uri: REDIRECT_URI,
      scope: "openid",
      code_challenge: await oidc.calculatePKCECodeChallenge(oidc.randomPKCECodeVerifier()),
      code_challenge_method: "S256",
    });
    await pending.open(parUrl);
    const marks = [
      tokens.access_token,
      tokens.access_token.split(".")[2],
      tokens.refresh_token,
      tokens.id_token,
      next.access_token,
      next.refresh_token,
      callback.searchParams.get("code"),
      parUrl.searchParams.get("request_uri")?.split(":").at(-1),
      people.web.secret,
      PASSWORD,
      verifier,
      state,
      page.pathname.split("/").at(-1),
      ...browser.cookieValues,
      ...pending.cookieValues,
    ].filter((mark): mark is string => typeof mark === "string" && mark !== "");
    expect(marks.length).toBeGreaterThan(14);
    const tables = await instance.db.query<{ name: string }>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE' AND table_name <> '_prisma_migrations'",
    );
    const found: string[] = [];
    for (const { name } of tables) {
      const rows = await instance.db.query<{ text: string }>(
        `SELECT t::text AS text FROM public."${name}" t`,
      );
      const text = rows.map((row) => row.text).join("\n");
      for (const mark of marks) {
        const hex = Buffer.from(mark).toString("hex");
        const base64 = Buffer.from(mark).toString("base64").replace(/.?=*$/, "");
        if ([mark, hex, base64].some((form) => text.includes(form)))
          found.push(`${name}: ${mark.slice(0, 12)}`);
      }
    }
    expect(found).toEqual([]);
    expect((await throughPages(pending, url)).searchParams.get("code")).toBeTruthy();
  });
});
