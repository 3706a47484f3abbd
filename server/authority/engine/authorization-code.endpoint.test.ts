import { createRemoteJWKSet, decodeJwt, decodeProtectedHeader, jwtVerify } from "jose";
import * as oidc from "openid-client";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { introspect, startTestInstance, type TestInstance } from "../test-authority.ts";
import { TestBrowser } from "./test-browser.ts";
import {
  ANA,
  BEN,
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
let web: oidc.Configuration;
let spa: oidc.Configuration;

beforeAll(async () => {
  instance = await startTestInstance(1);
  people = await seedPeople(instance.db);
  await instance.authorities[0]?.services.follower.poll();
  web = await discover(instance, people.web);
  spa = await discover(instance, people.spa);
});
afterAll(() => instance.stop());

const jwks = () => createRemoteJWKSet(new URL(`${instance.issuer}/oauth/jwks`));

describe("metadata", () => {
  test("RFC 8414 section 3, OIDC Discovery section 4: both addresses tell the same endpoints", async () => {
    const [one, other] = await Promise.all(
      ["openid-configuration", "oauth-authorization-server"].map(async (name) =>
        (await fetch(`${instance.issuer}/.well-known/${name}`)).json(),
      ),
    );
    expect(one).toEqual(other);
    expect(one).toMatchObject({
      issuer: instance.issuer,
      authorization_endpoint: `${instance.issuer}/oauth/authorize`,
      token_endpoint: `${instance.issuer}/oauth/token`,
      introspection_endpoint: `${instance.issuer}/oauth/introspect`,
      revocation_feed_endpoint: `${instance.issuer}/revocations`,
      revocation_feed_jwks_uri: `${instance.issuer}/revocations/jwks`,
      revocation_endpoint: `${instance.issuer}/oauth/revoke`,
      userinfo_endpoint: `${instance.issuer}/oauth/userinfo`,
      jwks_uri: `${instance.issuer}/oauth/jwks`,
      end_session_endpoint: `${instance.issuer}/oauth/logout`,
      pushed_authorization_request_endpoint: `${instance.issuer}/oauth/par`,
      code_challenge_methods_supported: ["S256"],
      response_types_supported: ["code"],
      id_token_signing_alg_values_supported: ["ES256"],
      authorization_response_iss_parameter_supported: true,
    });
  });

  test("a forged Host header changes nothing that it says", async () => {
    const { request } = await import("node:http");
    const url = new URL(`${instance.issuer}/.well-known/openid-configuration`);
    const body = await new Promise<string>((resolve, reject) => {
      request(
        url,
        {
          headers: { host: "evil.example", "x-forwarded-host": "evil.example", "x-forwarded-proto": "https" },
        },
        (res) => {
          let text = "";
          res.on("data", (chunk) => {
            text += chunk;
          });
          res.on("end", () => resolve(text));
        },
      )
        .on("error", reject)
        .end();
    });
    expect(body).not.toContain("evil");
  });

  test("an address with nothing at it is not found", async () => {
    for (const path of ["/", "/oauth/nothing", "/.well-known/nothing", "/oauth/introspection"])
      expect((await fetch(instance.issuer + path)).status, path).toBe(404);
  });
});

describe("a login", () => {
  test("gives a JWT that RFC 9068 section 2 describes, with the person's groups and permissions", async () => {
    const before = Date.now();
    const { tokens } = await logIn(web);
    const { payload, protectedHeader } = await jwtVerify(tokens.access_token, jwks(), {
      issuer: instance.issuer,
      audience: ["billing", "ledger"],
      typ: "at+jwt",
      algorithms: ["ES256"],
    });
    expect(protectedHeader).toEqual({ alg: "ES256", typ: "at+jwt", kid: expect.stringMatching(/^es256-/) });
    expect(payload).toMatchObject({
      sub: people.users.ana,
      client_id: "web",
      aud: ["billing", "ledger"],
      scope: "openid profile email groups invoices:read ledger:read",
      groups: ["Finance", "Sales"],
      roles: [],
      entitlements: ["invoices:read", "ledger:read"],
      jti: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect((payload.exp ?? 0) - (payload.iat ?? 0)).toBe(3600);
    expect(payload.rooted_at).toBeGreaterThanOrEqual(before);
    expect(Number.isInteger(payload.rooted_at)).toBe(true);
    expect(tokens.expires_in).toBe(3600);
    expect(tokens.refresh_token).toMatch(/^twr_[0-9A-Za-z]{71}$/);
  });

  test("names its family and its session, in the JWT as at introspection, which orders on them go by", async () => {
    const { tokens } = await logIn(web);
    const { jti, family, sid } = decodeJwt(tokens.access_token);
    const [row] = await instance.db.query<{ familyId: string; sessionUid: string }>(
      `SELECT family_id AS "familyId", session_uid AS "sessionUid" FROM token WHERE id = $1::uuid`,
      [jti as string],
    );
    expect({ family, sid }).toEqual({ family: row?.familyId, sid: row?.sessionUid });
    expect(family).not.toBe(jti);
    expect(sid).toEqual(expect.any(String));
    const { secret } = instance.registry.verifiers.billing;
    expect(await introspect(instance.issuer, tokens.access_token, secret)).toMatchObject({ family, sid });
  });

  test("gives an ID token of its own key, about the same person", async () => {
    const { tokens } = await logIn(web);
    const header = decodeProtectedHeader(tokens.id_token ?? "");
    expect(header.kid).not.toBe(decodeProtectedHeader(tokens.access_token).kid);
    const { payload } = await jwtVerify(tokens.id_token ?? "", jwks(), {
      issuer: instance.issuer,
      audience: "web",
    });
    expect(payload).toMatchObject({
      sub: people.users.ana,
      name: "Ana Lima",
      email: ANA,
      groups: ["Finance", "Sales"],
    });
  });

  test("gives an opaque token to a client of that format, which introspection knows", async () => {
    const { tokens } = await logIn(spa);
    expect(tokens.access_token).toMatch(/^twa_[0-9A-Za-z]{71}$/);
    const answer = await introspect(
      instance.issuer,
      tokens.access_token,
      instance.registry.verifiers.billing.secret,
    );
    expect(answer).toMatchObject({ active: true, sub: people.users.ana, client_id: "spa" });
  });

  test("gives only the permissions that the person holds", async () => {
    const { tokens } = await logIn(web, { email: BEN });
    expect(decodeJwt(tokens.access_token)).toMatchObject({
      entitlements: ["invoices:read"],
      groups: ["Sales"],
    });
    expect(tokens.scope).toBe("openid profile email groups invoices:read");
  });

  test("RFC 8707 section 2: a resource gives the one audience behind it", async () => {
    const { tokens } = await logIn(web, { parameters: { resource: "https://ledger.example.com/" } });
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: "ledger", entitlements: ["ledger:read"] });
  });

  test("RFC 8707 section 2.2: the token request may narrow to one audience of those that were granted", async () => {
    const { url, verifier, state } = await startAuthorization(web);
    const callback = await throughPages(new TestBrowser(), url);
    const tokens = await oidc.authorizationCodeGrant(
      web,
      callback,
      { pkceCodeVerifier: verifier, expectedState: state },
      { resource: "https://billing.example.com/" },
    );
    expect(decodeJwt(tokens.access_token)).toMatchObject({ aud: "billing", entitlements: ["invoices:read"] });
    const wider = await oidc.refreshTokenGrant(web, tokens.refresh_token ?? "");
    expect(decodeJwt(wider.access_token)).toMatchObject({ aud: ["billing", "ledger"] });
  });

  test("RFC 8707 section 2: a resource that the client may not use is an invalid target", async () => {
    const { url } = await startAuthorization(web, { resource: "https://elsewhere.example.com/" });
    const { url: back } = await new TestBrowser().open(url);
    expect(back.searchParams.get("error")).toBe("invalid_target");
  });

  test("RFC 9207 section 2: the answer names the issuer", async () => {
    const { callback } = await logIn(web);
    expect(callback.searchParams.get("iss")).toBe(instance.issuer);
  });

  test("is remembered for another application, without the password", async () => {
    const { browser } = await logIn(web);
    const { url } = await startAuthorization(spa);
    const { url: back } = await browser.open(url);
    expect(back.origin + back.pathname).toBe(REDIRECT_URI);
    expect(back.searchParams.get("code")).toBeTruthy();
  });

  test("RFC 9126: works by a pushed request, whose address is good once", async () => {
    const verifier = oidc.randomPKCECodeVerifier();
    const url = await oidc.buildAuthorizationUrlWithPAR(web, {
      redirect_uri: REDIRECT_URI,
      scope: "openid invoices:read",
      code_challenge: await oidc.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    });
    const browser = new TestBrowser();
    const callback = await throughPages(browser, url);
    const tokens = await oidc.authorizationCodeGrant(web, callback, { pkceCodeVerifier: verifier });
    expect(tokens.access_token).toBeTruthy();
    const again = await browser.open(url);
    expect(again.url.searchParams.get("code")).toBeNull();
    expect(again.response.status).toBe(400);
  });

  test("RFC 9449: a DPoP key binds the token", async () => {
    const pair = await oidc.randomDPoPKeyPair("ES256");
    const handle = oidc.getDPoPHandle(web, pair);
    const { url, verifier, state } = await startAuthorization(web);
    const callback = await throughPages(new TestBrowser(), url);
    const checks = { pkceCodeVerifier: verifier, expectedState: state };
    const tokens = await oidc.authorizationCodeGrant(web, callback, checks, {}, { DPoP: handle });
    expect(tokens.token_type).toBe("dpop");
    expect(decodeJwt(tokens.access_token).cnf).toEqual({ jkt: expect.stringMatching(/^[\w-]{43}$/) });
    const info = await oidc.fetchUserInfo(web, tokens.access_token, people.users.ana, { DPoP: handle });
    expect(info.sub).toBe(people.users.ana);
    await expect(oidc.fetchUserInfo(web, tokens.access_token, people.users.ana)).rejects.toThrow();
  });
});

describe("PKCE", () => {
  const authorize = (parameters: Record<string, string>) =>
    new TestBrowser().open(
      `${instance.issuer}/oauth/authorize?${new URLSearchParams({ client_id: "web", response_type: "code", redirect_uri: REDIRECT_URI, scope: "openid", ...parameters })}`,
    );

  test("RFC 9700 section 2.1.1: is demanded of confidential clients too", async () => {
    const { url } = await authorize({});
    expect(url.searchParams.get("error")).toBe("invalid_request");
    expect(url.searchParams.get("error_description")).toContain("PKCE");
  });

  test("RFC 7636 section 4.2: plain is refused", async () => {
    const { url } = await authorize({ code_challenge: "a".repeat(43), code_challenge_method: "plain" });
    expect(url.searchParams.get("error")).toBe("invalid_request");
    const { url: unnamed } = await authorize({ code_challenge: "a".repeat(43) });
    expect(unnamed.searchParams.get("error")).toBe("invalid_request");
  });

  test("RFC 7636 section 4.6: a missing or wrong verifier gets nothing, and the right one still works", async () => {
    const { url, verifier, state } = await startAuthorization(web);
    const callback = await throughPages(new TestBrowser(), url);
    const code = callback.searchParams.get("code") ?? "";
    for (const wrong of [oidc.randomPKCECodeVerifier(), undefined]) {
      await expect(
        oidc.genericGrantRequest(web, "authorization_code", {
          code,
          redirect_uri: REDIRECT_URI,
          ...(wrong === undefined ? {} : { code_verifier: wrong }),
        }),
      ).rejects.toMatchObject({ error: "invalid_grant" });
    }
    const tokens = await oidc.authorizationCodeGrant(web, callback, {
      pkceCodeVerifier: verifier,
      expectedState: state,
    });
    expect(tokens.access_token).toBeTruthy();
  });
});

describe("a redirect URI", () => {
  test.each([
    "https://app.example.com/callback/",
    "https://app.example.com/Callback",
    "https://app.example.com:443/callback?",
    "https://app.example.com:8443/callback",
    "https://app.example.com/x/../callback",
    "https://app.example.com/callback#fragment",
    "https://app.example.com/callback?more=1",
    "https://user@app.example.com/callback",
    "https://app.example.com.evil.example/callback",
    "http://app.example.com/callback",
    "HTTPS://app.example.com/callback",
    "//app.example.com/callback",
    "javascript:alert(1)",
    "",
  ])(
    "RFC 9700 section 2.1: %j is not the one that was registered, and nobody is sent there",
    async (redirectUri) => {
      const { url } = await startAuthorization(web, { redirect_uri: redirectUri });
      const { response, url: shown } = await new TestBrowser().open(url);
      expect(response.status).toBe(400);
      expect(shown.origin).toBe(instance.issuer);
      expect(response.headers.get("location")).toBeNull();
    },
  );
});

describe("a code", () => {
  test("RFC 6749 section 4.1.2: a second use is refused and ends what the first gave", async () => {
    const { tokens, callback, verifier, state } = await logIn(web);
    const verifierSecret = instance.registry.verifiers.billing.secret;
    expect(await introspect(instance.issuer, tokens.access_token, verifierSecret)).toMatchObject({
      active: true,
    });
    const checks = { pkceCodeVerifier: verifier, expectedState: state };
    await expect(oidc.authorizationCodeGrant(web, callback, checks)).rejects.toMatchObject({
      error: "invalid_grant",
    });
    expect(await introspect(instance.issuer, tokens.access_token, verifierSecret)).toEqual({ active: false });
    await expect(oidc.refreshTokenGrant(web, tokens.refresh_token ?? "")).rejects.toMatchObject({
      error: "invalid_grant",
    });
    const entries = await instance.db.query<{ target_id: string }>(
      "SELECT target_id FROM audit_entry WHERE act = 'authorization_code.replayed'",
    );
    expect(entries).toHaveLength(1);
  });

  test("has one winner among twenty exchanges at once, and none of them fails inside", async () => {
    const { url, verifier } = await startAuthorization(web);
    const callback = await throughPages(new TestBrowser(), url);
    const body = new URLSearchParams({
      grant_type: "authorization_code",
      code: callback.searchParams.get("code") ?? "",
      redirect_uri: REDIRECT_URI,
      code_verifier: verifier,
      client_id: "web",
      client_secret: people.web.secret ?? "",
    });
    const statuses = await Promise.all(
      Array.from(
        { length: 20 },
        async () => (await fetch(`${instance.issuer}/oauth/token`, { method: "POST", body })).status,
      ),
    );
    expect(statuses.sort()).toEqual([200, ...Array.from({ length: 19 }, () => 400)]);
  });

  test("of one client is of no use to another", async () => {
    const { url, verifier } = await startAuthorization(web);
    const callback = await throughPages(new TestBrowser(), url);
    await expect(
      oidc.genericGrantRequest(spa, "authorization_code", {
        code: callback.searchParams.get("code") ?? "",
        redirect_uri: REDIRECT_URI,
        code_verifier: verifier,
      }),
    ).rejects.toMatchObject({ error: "invalid_grant" });
  });
});
