import * as oidc from "openid-client";
import { expect } from "vitest";
import { TestBrowser } from "../engine/test-browser.ts";
import { ANA, discover, PASSWORD, REDIRECT_URI } from "../engine/test-people.ts";
import { introspect, post } from "../test-authority.ts";
import { ask, exchange, flow, idTokenClaims, module, open, type SuiteOf } from "./suite.ts";

/** With it, an ID token says when the person signed in. */
const AGE = { max_age: "10000" };
const ACR = "urn:mace:incommon:iap:silver";

/** Userinfo, claims and scopes. */
export function claimModules(suiteOf: SuiteOf): void {
  const userinfo = (init: RequestInit) => fetch(`${suiteOf().instance.issuer}/oauth/userinfo`, init);

  for (const [id, scope, expected] of [
    ["oidcc-scope-profile", "openid profile", { name: "Ana Lima" }],
    ["oidcc-scope-email", "openid email", { email: ANA }],
    [
      "oidcc-scope-all",
      "openid profile email groups",
      { name: "Ana Lima", email: ANA, groups: ["Finance", "Sales"] },
    ],
  ] as const)
    module(id, `a login with ${scope} tells that at userinfo, and no more`, async () => {
      const { web, people } = suiteOf();
      const { tokens } = await flow(web, { scope });
      const sub = people.users.ana;
      expect(await oidc.fetchUserInfo(web, tokens.access_token, sub)).toEqual({ sub, ...expected });
    });

  module(
    "oidcc-userinfo-get",
    "userinfo answers a GET with the token in the header, about the ID token's subject",
    async () => {
      const { web } = suiteOf();
      const { tokens } = await flow(web);
      const answer = await userinfo({ headers: { authorization: `Bearer ${tokens.access_token}` } });
      expect(answer.headers.get("content-type")).toMatch(/^application\/json/);
      expect(await answer.json()).toEqual({ sub: tokens.claims()?.sub });
    },
  );

  module("oidcc-userinfo-post-header", "userinfo answers a POST with the token in the header", async () => {
    const { tokens } = await flow(suiteOf().web);
    const authorization = `Bearer ${tokens.access_token}`;
    const answer = await userinfo({ method: "POST", headers: { authorization } });
    expect(await answer.json()).toEqual({ sub: tokens.claims()?.sub });
  });

  module("oidcc-userinfo-post-body", "userinfo answers a POST with the token in its form", async () => {
    const { tokens } = await flow(suiteOf().web);
    const answer = await post(`${suiteOf().instance.issuer}/oauth/userinfo`, {
      access_token: tokens.access_token,
    });
    expect(await answer.json()).toEqual({ sub: tokens.claims()?.sub });
  });

  module("oidcc-claims-essential", "a claims parameter is not offered, and passed over", async () => {
    const { web } = suiteOf();
    expect(web.serverMetadata().claims_parameter_supported).toBe(false);
    const { tokens } = await flow(web, {
      claims: JSON.stringify({ userinfo: { name: { essential: true } } }),
    });
    expect(await oidc.fetchUserInfo(web, tokens.access_token, tokens.claims()?.sub ?? "")).not.toHaveProperty(
      "name",
    );
  });
}

/** What a request may say, and what of it is passed over. */
export function requestModules(suiteOf: SuiteOf): void {
  module(
    "oidcc-server",
    "a login by code gives an ID token and an access token that userinfo takes",
    async () => {
      const suite = suiteOf();
      const { tokens, callback } = await flow(suite.web);
      expect(callback.searchParams.get("iss")).toBe(suite.instance.issuer);
      expect(tokens.token_type).toBe("bearer");
      const claims = await idTokenClaims(suite, tokens.id_token);
      expect(claims.sub).toBe(suite.people.users.ana);
      expect(await oidc.fetchUserInfo(suite.web, tokens.access_token, String(claims.sub))).toMatchObject({
        sub: claims.sub,
      });
    },
  );

  module(
    "oidcc-alternate-happy-flow",
    "a second client's login in the same browser is about the same person",
    async () => {
      const suite = suiteOf();
      const { browser, tokens } = await flow(suite.web);
      const spa = await discover(suite.instance, suite.people.spa);
      const asked = await ask(spa);
      const step = await open(browser, asked.url);
      expect(step.isBack).toBe(true);
      expect((await exchange(spa, asked, step.url)).claims()?.sub).toBe(tokens.claims()?.sub);
    },
  );

  module(
    "oidcc-response-type-missing",
    "a request without response_type is refused, to the application or on a page",
    async () => {
      const asked = await ask(suiteOf().web);
      asked.url.searchParams.delete("response_type");
      const { url, isBack } = await open(new TestBrowser(), asked.url);
      expect(isBack).toBe(true);
      expect(url.searchParams.get("error")).toBe("invalid_request");
      expect(url.searchParams.get("state")).toBe(asked.state);
    },
  );

  module(
    "oidcc-ensure-request-without-nonce-succeeds-for-code-flow",
    "a request without nonce succeeds, and its ID token has none",
    async () => {
      const { tokens } = await flow(suiteOf().web, {}, { withNonce: false });
      expect(tokens.claims()).not.toHaveProperty("nonce");
    },
  );

  for (const [id, parameters] of [
    ["oidcc-display-page", { display: "page" }],
    ["oidcc-display-popup", { display: "popup" }],
    ["oidcc-ui-locales", { ui_locales: "se de-CH" }],
    ["oidcc-claims-locales", { claims_locales: "se de-CH" }],
    ["oidcc-ensure-request-with-unknown-parameter-succeeds", { extra: "foobar" }],
  ] as const)
    module(id, `a request with ${Object.keys(parameters)[0]} succeeds`, async () => {
      const { tokens } = await flow(suiteOf().web, parameters);
      expect(tokens.id_token).toBeTruthy();
    });

  module(
    "oidcc-ensure-request-with-acr-values-succeeds",
    "acr_values may be asked for; no level is claimed that was not reached",
    async () => {
      const { tokens } = await flow(suiteOf().web, { acr_values: ACR });
      expect(tokens.claims()).not.toHaveProperty("acr");
    },
  );

  module(
    "oidcc-ensure-request-with-valid-pkce-succeeds",
    "PKCE by S256 succeeds, and is demanded",
    async () => {
      const { web } = suiteOf();
      expect(web.serverMetadata().code_challenge_methods_supported).toEqual(["S256"]);
      expect((await flow(web)).tokens.id_token).toBeTruthy();
      const asked = await ask(web);
      asked.url.searchParams.delete("code_challenge");
      expect((await open(new TestBrowser(), asked.url)).url.searchParams.get("error")).toBe(
        "invalid_request",
      );
    },
  );

  module(
    "oidcc-ensure-registered-redirect-uri",
    "another redirect URI is refused on a page, and nobody is sent there",
    async () => {
      const asked = await ask(suiteOf().web, { redirect_uri: "https://app.example.com/callback/" });
      const { isBack, response, html } = await open(new TestBrowser(), asked.url);
      expect(isBack).toBe(false);
      expect(response.status).toBe(400);
      expect(html).toContain("redirect_uri");
    },
  );

  const unsigned = (claims: Record<string, unknown>) =>
    [
      ...[{ alg: "none" }, claims].map((part) => Buffer.from(JSON.stringify(part)).toString("base64url")),
      "",
    ].join(".");

  module(
    "oidcc-unsigned-request-object-supported-correctly-or-rejected-as-unsupported",
    "a request object is refused as not supported",
    async () => {
      const { web, people } = suiteOf();
      expect(web.serverMetadata().request_parameter_supported ?? false).toBe(false);
      const asked = await ask(web, {
        request: unsigned({ client_id: people.web.clientId, scope: "openid email" }),
      });
      const { url, isBack } = await open(new TestBrowser(), asked.url);
      expect(isBack).toBe(true);
      expect(url.searchParams.get("error")).toBe("request_not_supported");
    },
  );

  module(
    "oidcc-ensure-request-object-with-redirect-uri",
    "a redirect URI inside of a request object leads nowhere",
    async () => {
      const asked = await ask(suiteOf().web, {
        request: unsigned({ redirect_uri: "https://evil.example/" }),
      });
      const { url } = await open(new TestBrowser(), asked.url);
      expect(url.origin).toBe(new URL(REDIRECT_URI).origin);
      expect(url.searchParams.get("error")).toBe("request_not_supported");
    },
  );
}

/** Who is signed in, since when, and what the application wants of that. */
export function sessionModules(suiteOf: SuiteOf): void {
  const isLogin = (html: string) => html.includes('name="password"');

  module(
    "oidcc-prompt-login",
    "prompt=login asks for the password again, and auth_time moves on",
    async () => {
      const suite = suiteOf();
      const first = await flow(suite.web, AGE, { maxAge: 10_000 });
      await nextSecond();
      const asked = await ask(suite.web, { prompt: "login", ...AGE });
      const step = await open(first.browser, asked.url);
      expect(isLogin(step.html)).toBe(true);
      const back = await first.browser.submit(step.url, {
        email: ANA,
        password: PASSWORD,
        decision: "sign_in",
      });
      const again = (await exchange(suite.web, asked, back.url)).claims();
      expect(again?.sub).toBe(first.tokens.claims()?.sub);
      expect(Number(again?.auth_time)).toBeGreaterThan(Number(first.tokens.claims()?.auth_time));
    },
  );

  module(
    "oidcc-prompt-none-not-logged-in",
    "prompt=none without a session is login_required, and nobody sees a page",
    async () => {
      const asked = await ask(suiteOf().web, { prompt: "none" });
      const { url, isBack } = await open(new TestBrowser(), asked.url);
      expect(isBack).toBe(true);
      expect(url.searchParams.get("error")).toBe("login_required");
      expect(url.searchParams.get("state")).toBe(asked.state);
    },
  );

  module(
    "oidcc-prompt-none-logged-in",
    "prompt=none with a session gives the same person and auth_time",
    async () => {
      const { web } = suiteOf();
      const first = await flow(web, AGE, { maxAge: 10_000 });
      const asked = await ask(web, { prompt: "none", ...AGE });
      const step = await open(first.browser, asked.url);
      expect(step.isBack).toBe(true);
      const [one, two] = [first.tokens.claims(), (await exchange(web, asked, step.url)).claims()];
      expect([two?.sub, two?.auth_time]).toEqual([one?.sub, one?.auth_time]);
    },
  );

  module(
    "oidcc-max-age-1",
    "max_age=1 asks for the password again once the sign-in is older than that",
    async () => {
      const { web } = suiteOf();
      const first = await flow(web, AGE, { maxAge: 10_000 });
      await nextSecond();
      await nextSecond();
      const asked = await ask(web, { max_age: "1" });
      const step = await open(first.browser, asked.url);
      expect(isLogin(step.html)).toBe(true);
      const back = await first.browser.submit(step.url, {
        email: ANA,
        password: PASSWORD,
        decision: "sign_in",
      });
      const claims = (await exchange(web, asked, back.url, 1)).claims();
      expect(Number(claims?.auth_time)).toBeGreaterThan(Number(first.tokens.claims()?.auth_time));
    },
  );

  module(
    "oidcc-max-age-10000",
    "max_age=10000 lets a younger sign-in pass, and the ID token says when it was",
    async () => {
      const { web } = suiteOf();
      const first = await flow(web, AGE, { maxAge: 10_000 });
      const asked = await ask(web, AGE);
      const step = await open(first.browser, asked.url);
      expect(step.isBack).toBe(true);
      const claims = (await exchange(web, asked, step.url, 10_000)).claims();
      expect(claims?.auth_time).toBe(first.tokens.claims()?.auth_time);
    },
  );

  module(
    "oidcc-id-token-hint",
    "id_token_hint with prompt=none is about the person that it names, and of nobody else",
    async () => {
      const suite = suiteOf();
      const { web } = suite;
      const first = await flow(web);
      const hint = { prompt: "none", id_token_hint: first.tokens.id_token ?? "" };
      const asked = await ask(web, hint);
      const step = await open(first.browser, asked.url);
      expect((await exchange(web, asked, step.url)).claims()?.sub).toBe(first.tokens.claims()?.sub);
      const ben = new TestBrowser();
      const login = await open(ben, (await ask(web)).url);
      await ben.submit(login.url, { email: "ben@example.com", password: PASSWORD, decision: "sign_in" });
      const { url } = await open(ben, (await ask(web, hint)).url);
      expect(url.searchParams.get("error")).toBe("login_required");
    },
  );

  module("oidcc-login-hint", "login_hint stands in the sign-in form, as text", async () => {
    const { web } = suiteOf();
    const { html } = await open(new TestBrowser(), (await ask(web, { login_hint: ANA })).url);
    expect(html).toContain(`value="${ANA}"`);
    const hostile = await ask(web, { login_hint: '"><script>alert(1)</script>@example.com' });
    expect((await open(new TestBrowser(), hostile.url)).html).not.toContain("<script>");
  });
}

/** What becomes of a code. */
export function codeModules(suiteOf: SuiteOf): void {
  const refusal = (again: Promise<unknown>) =>
    expect(again).rejects.toMatchObject({ error: "invalid_grant" });

  module("oidcc-codereuse", "a code that comes twice is refused", async () => {
    const { web } = suiteOf();
    const { asked, callback } = await flow(web);
    await refusal(exchange(web, asked, callback));
  });

  module(
    "oidcc-codereuse-30seconds",
    "and what its first use gave is refused from then on, however late it comes",
    async () => {
      const { instance, web } = suiteOf();
      const { asked, callback, tokens } = await flow(web, { scope: "openid invoices:read" });
      const billing = instance.registry.verifiers.billing.secret;
      expect(await introspect(instance.issuer, tokens.access_token, billing)).toMatchObject({ active: true });
      await refusal(exchange(web, asked, callback));
      expect(await introspect(instance.issuer, tokens.access_token, billing)).toEqual({ active: false });
      await refusal(oidc.refreshTokenGrant(web, tokens.refresh_token ?? ""));
    },
  );

  module("oidcc-server-client-secret-post", "a client may authenticate in the form", async () => {
    const { instance, people } = suiteOf();
    const config = await oidc.discovery(
      new URL(instance.issuer),
      people.web.clientId,
      undefined,
      oidc.ClientSecretPost(people.web.secret ?? ""),
      { execute: [oidc.allowInsecureRequests] },
    );
    expect((await flow(config)).tokens.id_token).toBeTruthy();
  });

  module(
    "oidcc-refresh-token",
    "a refresh gives tokens of the same person and session; another client cannot use it",
    async () => {
      const { web, instance, people } = suiteOf();
      const { tokens } = await flow(web, { scope: "openid offline_access", prompt: "consent" });
      const before = tokens.claims();
      const other = await people.addClient({
        clientId: "other",
        kind: "web",
        tokenFormat: "jwt",
        requireConsent: false,
      });
      await instance.authorities[0]?.services.follower.poll();
      await refusal(oidc.refreshTokenGrant(await discover(instance, other), tokens.refresh_token ?? ""));
      const again = await oidc.refreshTokenGrant(web, tokens.refresh_token ?? "");
      expect(again.access_token).not.toBe(tokens.access_token);
      const { sub, aud, auth_time } = again.claims() ?? {};
      expect({ sub, aud, auth_time }).toEqual({
        sub: before?.sub,
        aud: before?.aud,
        auth_time: before?.auth_time,
      });
    },
  );
}

/** Until the clock's next whole second: auth_time has no smaller part. */
async function nextSecond(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_010 - (Date.now() % 1_000)));
}
