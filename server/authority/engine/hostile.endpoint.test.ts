import { createHash } from "node:crypto";
import * as oidc from "openid-client";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { systemContext } from "#lib/context.ts";
import { parseEnv } from "#lib/env.ts";
import { changeIssuer } from "#lib/issuer/change-issuer.ts";
import { fixedMasterKeys } from "#lib/keys/master-keys.ts";
import { freePort } from "#lib/test-port.ts";
import { startAuthority } from "../start.ts";
import { startTestInstance, type TestInstance } from "../test-authority.ts";
import { TestBrowser } from "./test-browser.ts";
import {
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

beforeAll(async () => {
  instance = await startTestInstance(1);
  people = await seedPeople(instance.db);
  await people.addClient({
    clientId: "desk",
    kind: "native",
    tokenFormat: "jwt",
    requireConsent: false,
    redirectUris: ["http://127.0.0.1/callback", "com.example.desk:/callback"],
  });
  await instance.authorities[0]?.services.follower.poll();
  web = await discover(instance, people.web);
});
afterAll(() => instance.stop());

describe("malformed input is answered with a 4xx that names it, never with a 500", () => {
  const long = "x".repeat(30_000);

  test.each([
    "grant_type=authorization_code&code=%00&redirect_uri=%00&code_verifier=%00",
    "grant_type=refresh_token&refresh_token=%00",
    "grant_type=refresh_token&refresh_token=twr_%ED%A0%80",
    "grant_type=refresh_token&refresh_token=a&refresh_token=b",
    "grant_type=client_credentials&grant_type=client_credentials",
    "grant_type=refresh_token&scope=%00&refresh_token=x",
    "grant_type=%00",
    "grant_type[]=refresh_token",
    "__proto__=1&constructor=2",
    `grant_type=refresh_token&refresh_token=${long}`,
    "",
    "%%%",
  ])("at the token endpoint: %.60s", async (form) => {
    const response = await fetch(`${instance.issuer}/oauth/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: `${form}&client_id=spa`,
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
    expect(await response.json()).toMatchObject({
      error: expect.any(String),
      error_description: expect.any(String),
    });
  });

  test.each([
    ["application/json", "{}"],
    ["text/plain", "grant_type=client_credentials"],
    ["application/x-www-form-urlencoded", "a=".padEnd(200_000, "x")],
  ])("at the token endpoint: a body of %s", async (type, body) => {
    const response = await fetch(`${instance.issuer}/oauth/token`, {
      method: "POST",
      headers: { "content-type": type },
      body,
    });
    expect(response.status).toBeGreaterThanOrEqual(400);
    expect(response.status).toBeLessThan(500);
  });

  test.each([
    "client_id=%00",
    "client_id=web&client_id=spa",
    "client_id=__proto__&response_type=code",
    "client_id=web&response_type=token",
    "client_id=web&response_type=code&redirect_uri=%00",
    `client_id=${long.slice(0, 7000)}`,
    "client_id=web&request=eyJhbGciOiJub25lIn0.e30.",
    "client_id=web&request_uri=https://evil.example/",
    "client_id=web&request_uri=urn:ietf:params:oauth:request_uri:nothing",
  ])("at the authorization endpoint: %.60s", async (query) => {
    const { response, url } = await new TestBrowser().open(`${instance.issuer}/oauth/authorize?${query}`);
    if (url.origin === instance.issuer) {
      expect(response.status).toBeGreaterThanOrEqual(400);
      expect(response.status).toBeLessThan(500);
    } else expect(url.searchParams.get("error")).toBeTruthy();
  });

  test("at the sign-in form: control characters, lone surrogates and long values", async () => {
    const browser = new TestBrowser();
    const { url } = await browser.open((await startAuthorization(web)).url);
    for (const text of [
      "\u0000",
      "a\u0000@example.com",
      "\u202E@x",
      "%ED%A0%80",
      "'; DROP TABLE user_account; --",
      "é".repeat(3_000),
    ]) {
      const { response } = await browser.submit(url, {
        email: text,
        password: text || "x",
        decision: "sign_in",
      });
      expect([401, 413, 429]).toContain(response.status);
    }
    await instance.db.query("DELETE FROM sign_in_attempt");
  });

  test("at the interaction: a cookie that was made up or changed", async () => {
    for (const cookie of [
      "tw_interaction=abc",
      "tw_interaction=abc; tw_interaction.sig=abc",
      "tw_session=x; tw_session.sig=y",
    ]) {
      const response = await fetch(`${instance.issuer}/interaction/abc`, { headers: { cookie } });
      expect(response.status).toBe(400);
    }
  });
});

describe("prompts", () => {
  test("OIDC Core section 3.1.2.6: prompt=none gives login_required without a session, and a code with one", async () => {
    const { url } = await startAuthorization(web, { prompt: "none" });
    const { url: back } = await new TestBrowser().open(url);
    expect(back.searchParams.get("error")).toBe("login_required");
    const { browser } = await logIn(web);
    const { url: code } = await browser.open((await startAuthorization(web, { prompt: "none" })).url);
    expect(code.searchParams.get("code")).toBeTruthy();
  });

  test("OIDC Core section 3.1.2.1: prompt=login asks for the password again", async () => {
    const { browser } = await logIn(web);
    const { response } = await browser.open((await startAuthorization(web, { prompt: "login" })).url);
    expect(await response.text()).toContain('name="password"');
  });

  test("OAuth 2.0 Form Post Response Mode: the page may run its own script and post to the client, nothing else", async () => {
    const { browser } = await logIn(web);
    const { response } = await browser.open(
      (await startAuthorization(web, { response_mode: "form_post" })).url,
    );
    const html = await response.text();
    const script = /<script>([\s\S]*?)<\/script>/.exec(html)?.[1] ?? "";
    const policy = response.headers.get("content-security-policy") ?? "";
    expect(policy).toContain(`script-src 'sha256-${createHash("sha256").update(script).digest("base64")}'`);
    expect(policy).toContain("form-action 'self' https://app.example.com");
    expect(policy).not.toMatch(/'none' 'sha|unsafe/);
    expect(html).toContain(`action="${REDIRECT_URI}"`);
  });
});

describe("a native client", () => {
  test("RFC 8252 section 7.3: may listen on any loopback port, and section 8.6: its user is always asked", async () => {
    const desk = await discover(instance, { id: "", clientId: "desk", secret: null });
    const parameters = { redirect_uri: "http://127.0.0.1:51234/callback" };
    const { url, verifier, state } = await startAuthorization(desk, parameters);
    const browser = new TestBrowser();
    const callback = await throughPages(browser, url);
    expect(callback.host).toBe("127.0.0.1:51234");
    const tokens = await oidc.authorizationCodeGrant(desk, callback, {
      pkceCodeVerifier: verifier,
      expectedState: state,
    });
    expect(tokens.access_token).toBeTruthy();
    const { response } = await browser.open((await startAuthorization(desk, parameters)).url);
    expect(await response.text()).toContain("asks for access");
  });
});

describe("behind a proxy that speaks TLS", () => {
  test("cookies are secure, host-bound where they can be, and all addresses are the issuer's", async () => {
    const port = await freePort();
    const env = parseEnv({
      AUTHORITY_PORT: String(port),
      CONSOLE_PORT: "1",
      METRICS_PORT: "2",
      AUTHORITY_ISSUER: "https://auth.example.com",
      DATABASE_URL: instance.databaseUrl,
    });
    const { databaseUrl, masterKey } = instance;
    const start = () => startAuthority(options);
    const options = {
      env,
      databaseUrl,
      masterKeys: fixedMasterKeys(masterKey),
      log: pino({ level: "silent" }),
      metricsPort: null,
    };
    // tokens of the first issuer are there: another one must be meant
    await expect(start()).rejects.toThrow(/issuer set https:\/\/auth\.example\.com --instead-of/);
    const ctx = systemContext(instance.db, "test");
    await changeIssuer(ctx, { issuer: env.authorityIssuer, insteadOf: instance.issuer });
    const authority = await start();
    try {
      const { url } = await startAuthorization(web);
      const response = await fetch(`http://localhost:${port}${url.pathname}${url.search}`, {
        redirect: "manual",
      });
      expect(response.status).toBe(303);
      const cookies = response.headers.getSetCookie();
      expect(cookies.length).toBeGreaterThan(0);
      for (const cookie of cookies) {
        expect(cookie).toMatch(/^__(Host|Secure)-tw_/);
        expect(cookie).toMatch(/; secure/i);
        expect(cookie).toMatch(/; httponly/i);
        expect(cookie).toMatch(/; samesite=lax/i);
        expect(cookie).not.toMatch(/domain=/i);
        if (cookie.startsWith("__Host-")) expect(cookie).toMatch(/path=\/(;|$)/i);
      }
      const metadata = await (
        await fetch(`http://localhost:${port}/.well-known/openid-configuration`)
      ).json();
      expect(metadata).toMatchObject({
        issuer: "https://auth.example.com",
        token_endpoint: "https://auth.example.com/oauth/token",
      });
    } finally {
      await authority.stop();
    }
  });

  test("a session's cookie is host-bound and its password never comes back", async () => {
    const browser = new TestBrowser();
    const { url } = await browser.open((await startAuthorization(web)).url);
    const { response } = await browser.submit(url, {
      email: "x@example.com",
      password: `${PASSWORD}-wrong`,
      decision: "sign_in",
    });
    expect(await response.text()).not.toContain(PASSWORD);
  });
});
