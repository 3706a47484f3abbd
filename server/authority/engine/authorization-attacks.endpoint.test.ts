import { createHash, createHmac } from "node:crypto";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { introspect, revokeAs, startTestInstance, type TestInstance } from "../test-authority.ts";
import { forgerOf, openTrap, part, type Trap } from "../test-forgery.ts";
import { TestBrowser } from "./test-browser.ts";
import {
  discover,
  logIn,
  type People,
  REDIRECT_URI,
  seedPeople,
  startAuthorization,
  throughPages,
} from "./test-people.ts";

let instance: TestInstance;
let people: People;
let trap: Trap;
let web: oidc.Configuration;
let spa: oidc.Configuration;
let idToken: string;

beforeAll(async () => {
  [instance, trap] = await Promise.all([startTestInstance(1), openTrap()]);
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
  spa = await discover(instance, people.spa);
  idToken = String((await logIn(web)).tokens.id_token);
});
afterAll(async () => {
  await Promise.all([instance.stop(), trap.close()]);
});

const MARKUP = /<script>alert|<img src=x|<svg onload/i;

async function authorize(change: Record<string, string | null>, config = web) {
  const { url } = await startAuthorization(config);
  for (const [name, value] of Object.entries(change)) {
    if (value === null) url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  }
  return new TestBrowser().request(url);
}

async function par(form: Record<string, string>): Promise<Response> {
  return fetch(`${instance.issuer}/oauth/par`, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body: new URLSearchParams({
      client_id: people.web.clientId,
      client_secret: people.web.secret ?? "",
      response_type: "code",
      ...form,
    }),
  });
}

/** Told on a page of ours: neither code nor error leaves for the address that was asked for. */
async function expectShownHere(response: Response): Promise<void> {
  const html = await response.text();
  expect(response.status, html.slice(0, 200)).toBe(400);
  expect(response.headers.get("location")).toBeNull();
  expect(response.headers.get("cache-control")).toBe("no-store");
  expect(response.headers.get("content-security-policy")).toContain("default-src 'none'");
  expect(html).not.toMatch(MARKUP);
  expect(html).not.toMatch(/node_modules|\bat .+\.js:/);
}

describe("RFC 9700 section 2.1: a redirect URI is compared exactly, and an error never follows another", () => {
  const variants: [string, string][] = [
    ["a slash at its end", `${REDIRECT_URI}/`],
    ["a port", "https://app.example.com:8443/callback"],
    ["the default port", "https://app.example.com:443/callback"],
    ["no TLS", "http://app.example.com/callback"],
    ["an upper-case host", "https://APP.example.com/callback"],
    ["an upper-case path", "https://app.example.com/CALLBACK"],
    ["an upper-case scheme", "HTTPS://app.example.com/callback"],
    ["dot segments", "https://app.example.com/x/../callback"],
    ["encoded dot segments", "https://app.example.com/x/%2e%2e/callback"],
    ["an encoded letter", "https://app.example.com/%63allback"],
    ["two slashes", "https://app.example.com//callback"],
    ["a query", `${REDIRECT_URI}?next=https://evil.example`],
    ["an empty query", `${REDIRECT_URI}?`],
    ["a fragment", `${REDIRECT_URI}#x`],
    ["an empty fragment", `${REDIRECT_URI}#`],
    ["a user", "https://evil@app.example.com/callback"],
    ["our host as its user", "https://app.example.com@evil.example/callback"],
    ["our host as its user and password", "https://app.example.com:x@evil.example/callback"],
    ["a backslash", "https://app.example.com\\@evil.example/callback"],
    ["our host as its subdomain", "https://app.example.com.evil.example/callback"],
    ["a dot at the host's end", "https://app.example.com./callback"],
    ["a look-alike host", "https://аpp.example.com/callback"],
    ["a full-width dot", "https://app。example.com/callback"],
    ["a tab within", "https://app.exam\tple.com/callback"],
    ["a space before", ` ${REDIRECT_URI}`],
    ["a space behind", `${REDIRECT_URI} `],
    ["a line behind", `${REDIRECT_URI}\r\nX-Evil: 1`],
    ["a NUL behind", `${REDIRECT_URI}\0`],
    ["a path parameter", `${REDIRECT_URI};x=1`],
    ["a path that goes on", `${REDIRECT_URI}/evil`],
    ["a script", "javascript:alert(1)"],
    ["data", "data:text/html,<script>alert(1)</script>"],
    ["no scheme", "//app.example.com/callback"],
    ["a path alone", "/callback"],
    ["markup", '"><script>alert(1)</script>'],
    ["nothing", ""],
    ["a list", `${REDIRECT_URI},https://evil.example/`],
  ];
  test.each(variants)("%s", async (_name, redirect_uri) => {
    await expectShownHere(await authorize({ redirect_uri }));
    expect(
      (await par({ redirect_uri, code_challenge: "x".repeat(43), code_challenge_method: "S256" })).status,
    ).toBe(400);
  });

  test("none, or two", async () => {
    await expectShownHere(await authorize({ redirect_uri: null }));
    const { url } = await startAuthorization(web);
    url.searchParams.append("redirect_uri", "https://evil.example/");
    await expectShownHere(await new TestBrowser().request(url));
  });

  test.each([
    "http://127.0.0.1:99999/callback",
    "http://127.0.0.1.evil.example/callback",
    "http://localhost:1/callback",
    "http://127.0.0.1:80@evil.example/callback",
    "https://127.0.0.1/callback",
    "http://0.0.0.0/callback",
    "com.example.desk:/callback/x",
    "com.example.desk://evil.example/callback",
    "COM.EXAMPLE.DESK:/callback",
  ])(
    "RFC 8252 section 7.3: of a native client the loopback's port alone may differ: %s",
    async (redirect_uri) => {
      const desk = await discover(instance, { id: "", clientId: "desk", secret: null });
      await expectShownHere(await authorize({ redirect_uri }, desk));
    },
  );

  test("the redirect URI of another client", async () => {
    await expectShownHere(await authorize({ redirect_uri: "com.example.desk:/callback" }));
  });
});

describe("RFC 7636: a code without a good challenge is not given, or not taken", () => {
  test.each([
    ["plain", { code_challenge_method: "plain" }],
    ["no method", { code_challenge_method: null }],
    ["a method in lower case", { code_challenge_method: "s256" }],
    ["no challenge", { code_challenge: null }],
    ["neither", { code_challenge: null, code_challenge_method: null }],
    ["a short challenge", { code_challenge: "abc" }],
    ["a long challenge", { code_challenge: "a".repeat(129) }],
    ["a challenge with other characters", { code_challenge: "!".repeat(43) }],
    ["an empty challenge", { code_challenge: "" }],
  ] as [string, Record<string, string | null>][])(
    "%s is refused at the client's own address",
    async (_name, change) => {
      for (const config of [web, spa]) {
        const response = await authorize(change, config);
        const location = new URL(response.headers.get("location") ?? "http://none");
        expect(`${location.origin}${location.pathname}`).toBe(REDIRECT_URI);
        expect(location.searchParams.get("error")).toBe("invalid_request");
        expect(location.searchParams.get("error_description")).toMatch(/code_challenge|PKCE/i);
        expect(location.searchParams.get("iss")).toBe(instance.issuer);
        expect(location.searchParams.has("code")).toBe(false);
      }
    },
  );

  test.each([
    ["missing", () => ({})],
    ["wrong", () => ({ code_verifier: oidc.randomPKCECodeVerifier() })],
    ["empty", () => ({ code_verifier: "" })],
    ["short", () => ({ code_verifier: "abc" })],
    ["the challenge itself", (challenge: string) => ({ code_verifier: challenge })],
    ["with a space behind", (_challenge: string, verifier: string) => ({ code_verifier: `${verifier} ` })],
  ] as [string, (challenge: string, verifier: string) => Record<string, string>][])(
    "a verifier that is %s gets nothing",
    async (_name, make) => {
      const { url, verifier } = await startAuthorization(spa);
      const code = (await throughPages(new TestBrowser(), url)).searchParams.get("code") ?? "";
      const response = await fetch(`${instance.issuer}/oauth/token`, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: new URLSearchParams({
          grant_type: "authorization_code",
          code,
          redirect_uri: REDIRECT_URI,
          client_id: "spa",
          ...make(createHash("sha256").update(verifier).digest("base64url"), verifier),
        }),
      });
      expect(response.status).toBe(400);
      expect(await response.text()).not.toContain("access_token");
    },
  );

  test.each([
    ["another redirect URI", { redirect_uri: "https://app.example.com/bye" }],
    ["no redirect URI", { redirect_uri: "" }],
    ["another client", { client_id: "desk" }],
  ])("RFC 6749 section 4.1.3: a code with %s gets nothing", async (_name, change) => {
    const { url, verifier } = await startAuthorization(spa);
    const code = (await throughPages(new TestBrowser(), url)).searchParams.get("code") ?? "";
    const response = await fetch(`${instance.issuer}/oauth/token`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded" },
      body: new URLSearchParams({
        grant_type: "authorization_code",
        code,
        code_verifier: verifier,
        redirect_uri: REDIRECT_URI,
        client_id: "spa",
        ...change,
      }),
    });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain("access_token");
  });
});

describe("parameters of an authorization request that ask for what is not offered", () => {
  test.each([
    ["a token at once", { response_type: "token" }],
    ["a hybrid", { response_type: "code id_token" }],
    ["nothing", { response_type: "" }],
    ["a mode that is none", { response_mode: "evil" }],
    ["a scope with a quote", { scope: 'openid "' }],
    ["a scope with markup", { scope: "openid <script>alert(1)</script>" }],
    ["a resource of nobody", { resource: "https://evil.example/" }],
    ["a resource that is none", { resource: "\0" }],
    ["a resource with a fragment", { resource: "https://billing.example.com/#x" }],
    ["a prompt that is none", { prompt: "evil" }],
    ["none and login", { prompt: "none login" }],
    ["a negative age", { max_age: "-1" }],
    ["an age that is none", { max_age: "1e400" }],
    ["an age of text", { max_age: "NaN" }],
    ["claims that are no JSON", { claims: "{" }],
    ["registration", { registration: "{}" }],
  ] as [string, Record<string, string>][])(
    "%s never gets a code or a page of ours that repeats it",
    async (_name, change) => {
      const response = await authorize(change);
      const location = response.headers.get("location") ?? "";
      expect(response.status).toBeLessThan(500);
      expect(await response.text()).not.toMatch(MARKUP);
      expect(location).not.toMatch(/[?&#]code=/);
      if (!location.startsWith(REDIRECT_URI))
        expect(
          location === "" || location.startsWith("/interaction/") || location.startsWith(instance.issuer),
        ).toBe(true);
    },
  );

  test.each(["state", "nonce", "login_hint", "ui_locales", "id_token_hint", "acr_values"])(
    "%s comes back inert, whatever it holds",
    async (name) => {
      for (const value of [
        '"><script>alert(1)</script>',
        "\r\nX-Evil: 1",
        "x".repeat(6_000),
        "\u202e",
        "__proto__",
      ]) {
        const { url } = await startAuthorization(web, { [name]: value });
        const { response } = await new TestBrowser().open(url);
        expect(response.status).toBeLessThan(500);
        expect(response.headers.has("x-evil")).toBe(false);
        expect(await response.text()).not.toMatch(MARKUP);
      }
    },
  );
});

describe("RFC 8725, RFC 9101: a JWT that comes through the browser is refused, and nobody is called", () => {
  type Row = [string, () => string | Promise<string>];
  const header = { alg: "ES256", typ: "JWT" };
  const claims = () => ({
    iss: instance.issuer,
    sub: people.users.ana,
    aud: "web",
    exp: 9_999_999_999,
    iat: 1,
  });
  const rows: Row[] = [
    ["alg none", () => `${part({ alg: "none" })}.${part(claims())}.`],
    ["alg NoNe", () => `${part({ alg: "NoNe" })}.${part(claims())}.`],
    [
      "HS256 keyed with the client's id",
      () => {
        const input = `${part({ alg: "HS256" })}.${part(claims())}`;
        return `${input}.${createHmac("sha256", "web").update(input).digest("base64url")}`;
      },
    ],
    ["a jku", () => `${part({ ...header, jku: trap.url, kid: "x" })}.${part(claims())}.AAAA`],
    ["an x5u", () => `${part({ ...header, x5u: trap.url, kid: "x" })}.${part(claims())}.AAAA`],
    [
      "an issuer to be asked",
      () => `${part({ ...header, kid: "x" })}.${part({ ...claims(), iss: trap.url })}.AAAA`,
    ],
    ["crit", () => `${part({ ...header, crit: ["new"], new: 1 })}.${part(claims())}.AAAA`],
    ["five parts", () => `${part({ alg: "dir", enc: "A256GCM", zip: "DEF" })}..AAAA.AAAA.AAAA`],
    ["garbage", () => "..."],
    ["a changed signature", () => `${idToken.slice(0, -6)}AAAAAA`],
    [
      "an ID token's claims, with the access tokens' key",
      async () => {
        const { tokens } = await logIn(web);
        const forger = await forgerOf(instance, tokens.access_token);
        return forger.sign(forger.header, (await forgerOf(instance, idToken)).payload);
      },
    ],
    ["an access token", async () => (await logIn(web)).tokens.access_token],
    ["another client's ID token", async () => String((await logIn(spa)).tokens.id_token)],
  ];

  test.each(rows)("as request or request_uri: %s", async (_name, make) => {
    const value = await make();
    const changes: Record<string, string>[] = [
      { request: value },
      { request_uri: trap.url },
      { request_uri: `${trap.url}#${value.slice(0, 40)}` },
    ];
    for (const change of changes) {
      const location = (await authorize(change)).headers.get("location") ?? "";
      expect(location).not.toMatch(/[?&]code=|\/interaction\//);
      expect((await par({ ...change, redirect_uri: REDIRECT_URI })).status).toBe(400);
    }
    expect(trap.connections()).toBe(0);
  });

  test.each(rows)("as id_token_hint of a silent sign-in: %s", async (_name, make) => {
    const { browser } = await logIn(web);
    const { url } = await startAuthorization(web, { prompt: "none", id_token_hint: await make() });
    const { url: back } = await browser.open(url);
    expect(back.searchParams.has("code")).toBe(false);
    expect(back.searchParams.get("error")).toBeTruthy();
    expect(trap.connections()).toBe(0);
  });

  test.each(rows)("as id_token_hint of a sign-out: %s", async (_name, make) => {
    const query = new URLSearchParams({
      id_token_hint: await make(),
      post_logout_redirect_uri: "https://evil.example/",
    });
    const response = await fetch(`${instance.issuer}/oauth/logout?${query}`, { redirect: "manual" });
    expect(response.status).toBe(400);
    expect(await response.text()).not.toContain('https://evil.example/"');
    expect(trap.connections()).toBe(0);
  });

  test("a sign-out goes to registered addresses alone, and asks first", async () => {
    for (const post_logout_redirect_uri of [
      "https://evil.example/",
      "https://app.example.com/bye/",
      "https://app.example.com/bye?x=1",
      "javascript:alert(1)",
    ]) {
      const query = new URLSearchParams({ id_token_hint: idToken, post_logout_redirect_uri });
      const response = await fetch(`${instance.issuer}/oauth/logout?${query}`, { redirect: "manual" });
      expect(response.status).toBe(400);
      expect(response.headers.get("location")).toBeNull();
    }
    const browser = (await logIn(web)).browser;
    const page = await browser.request(
      `${instance.issuer}/oauth/logout?${new URLSearchParams({ id_token_hint: idToken, state: '"><script>alert(1)</script>' })}`,
    );
    expect(page.status).toBe(200);
    expect(await page.text()).not.toMatch(MARKUP);
    const forged = await browser.request(`${instance.issuer}/oauth/logout/confirm`, {
      method: "POST",
      headers: { "content-type": "application/x-www-form-urlencoded", origin: "https://evil.example" },
      body: "xsrf=guess&logout=yes",
    });
    expect(forged.status).toBe(400);
  });

  test("nobody was called; the listener does count", async () => {
    expect(trap.connections()).toBe(0);
    await fetch(trap.url);
    expect(trap.connections()).toBe(1);
  });
});

describe("a revocation that cannot be done is not answered with 200 (mistake 4, RFC 7009 section 2.2.1):", () => {
  const revoke = (token: string, form: Record<string, string> = {}) =>
    revokeAs(instance.issuer, { ...people.web, secret: people.web.secret ?? "" }, token, form);
  const UNSUPPORTED = { error: "unsupported_token_type" };

  test.each([{}, { token_type_hint: "access_token" }, { token_type_hint: "id_token" }])(
    "an ID token is refused as a kind that is not revoked here (%j)",
    async (form) => {
      const answer = await revoke(idToken, form as Record<string, string>);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject(UNSUPPORTED);
    },
  );

  test("a hint of another kind is refused, and revokes nothing; without it the same token is dead", async () => {
    const { tokens } = await logIn(web);
    const secret = instance.registry.verifiers.billing.secret;
    const answer = await revoke(tokens.access_token, { token_type_hint: "device_code" });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject(UNSUPPORTED);
    expect(await introspect(instance.issuer, tokens.access_token, secret)).toMatchObject({ active: true });
    expect((await revoke(tokens.access_token)).status).toBe(200);
    expect(await introspect(instance.issuer, tokens.access_token, secret)).toEqual({ active: false });
  });

  test("what 200 is answered for is dead: an access token, and a refresh token with its family", async () => {
    const { tokens } = await logIn(web);
    const secret = instance.registry.verifiers.billing.secret;
    expect((await revoke(String(tokens.refresh_token), { token_type_hint: "access_token" })).status).toBe(
      200,
    );
    await expect(oidc.refreshTokenGrant(web, String(tokens.refresh_token))).rejects.toMatchObject({
      error: "invalid_grant",
    });
    expect(await introspect(instance.issuer, tokens.access_token, secret)).toEqual({ active: false });
  });
});
