import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { seedPeople } from "./engine/test-people.ts";
import { issue, startTestInstance, type TestInstance, verify } from "./test-authority.ts";

const NAMES = [
  "token",
  "token_type_hint",
  "grant_type",
  "client_id",
  "client_secret",
  "code",
  "code_verifier",
  "redirect_uri",
  "refresh_token",
  "scope",
  "resource",
  "response_type",
  "state",
  "code_challenge",
  "code_challenge_method",
  "request",
  "request_uri",
  "claims",
  "prompt",
  "client_assertion",
  "client_assertion_type",
  "dpop_jkt",
  "authorization_details",
  "__proto__",
  "constructor",
  "token[]",
];

const DESCRIBED = /^[\x20-\x21\x23-\x5b\x5d-\x7e]+$/;
const INSIDE = /node_modules|\bat .+\.(?:ts|js):\d+|\bSELECT\b|prisma/;

/** A form's fields: what the protocol knows, with values that are good, nearly good, or of any characters. */
function forms(known: readonly string[]): fc.Arbitrary<[string, string][]> {
  const value = fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom(...known) },
    { weight: 1, arbitrary: fc.string({ maxLength: 60, unit: "binary" }) },
    { weight: 1, arbitrary: fc.constantFrom("", " ", "\0", "\ud800", "%", "null", "x".repeat(9_000)) },
  );
  return fc.array(fc.tuple(fc.constantFrom(...NAMES), value), { maxLength: 7 });
}

function authorizations(secrets: readonly string[]): fc.Arbitrary<string | null> {
  const [client = "", verifier = ""] = secrets;
  return fc.oneof(
    fc.constantFrom(
      null,
      `Bearer ${verifier}`,
      `Basic ${btoa(`reconciler:${client}`)}`,
      "Basic",
      "Bearer",
      "Basic ==",
      "DPoP x",
    ),
    fc.base64String().map((text) => `Basic ${text}`),
  );
}

/** The authority's form endpoints against forms made of the protocol's own names, `runs` of each. */
export function describeForms(runs: number): void {
  let instance: TestInstance;
  let token: string;

  beforeAll(async () => {
    instance = await startTestInstance(1);
    await seedPeople(instance.db);
    await instance.authorities[0]?.services.follower.poll();
    token = await issue(instance.issuer, instance.registry.opaqueService);
  });
  afterAll(() => instance.stop());

  test.each(["/oauth/token", "/oauth/introspect", "/oauth/revoke", "/oauth/par"])(
    "%s answers any form with what RFC 6749 section 5 says, and never with a 5xx",
    async (path) => {
      const { jwtService, verifiers } = instance.registry;
      const known = [
        token,
        "reconciler",
        jwtService.secret,
        "web",
        "spa",
        "client_credentials",
        "refresh_token",
        "authorization_code",
        "access_token",
        "S256",
        "code",
        "openid",
        "invoices:read",
        "https://billing.example.com/",
        "https://app.example.com/callback",
        "A".repeat(43),
      ];
      const authorization = authorizations([jwtService.secret, verifiers.billing.secret]);
      await fc.assert(
        fc.asyncProperty(forms(known), authorization, async (fields, given) => {
          const response = await fetch(`${instance.issuer}${path}`, {
            method: "POST",
            headers: {
              "content-type": "application/x-www-form-urlencoded",
              ...(given === null ? {} : { authorization: given }),
            },
            body: new URLSearchParams(fields).toString(),
          });
          const text = await response.text();
          expect(response.status, text).toBeLessThan(500);
          expect(response.headers.get("cache-control")).toMatch(/no-store/);
          expect(text).not.toMatch(INSIDE);
          if (response.status < 400) return;
          const body = JSON.parse(text) as { error: string; error_description?: string };
          expect(body.error).toMatch(/^[a-z_]+$/);
          // section 5.2: optional, without quotes, backslashes, or characters beyond ASCII
          expect((body.error_description ?? "none").replaceAll('"', "")).toMatch(DESCRIBED);
          if (response.status === 401) expect(response.headers.get("www-authenticate")).toBeTruthy();
        }),
        { numRuns: runs },
      );
    },
  );

  test("/oauth/authorize sends nobody to an address that is not registered, whatever it is asked", async () => {
    const known = [
      "web",
      "spa",
      "code",
      "openid",
      "S256",
      "A".repeat(43),
      "https://app.example.com/callback",
      "https://evil.example/",
      "none",
      "login",
      "https://billing.example.com/",
    ];
    await fc.assert(
      fc.asyncProperty(forms(known), async (fields) => {
        const query = new URLSearchParams(fields).toString().slice(0, 12_000);
        const response = await fetch(`${instance.issuer}/oauth/authorize?${query}`, { redirect: "manual" });
        expect(response.status, await response.text()).toBeLessThan(500);
        const location = response.headers.get("location");
        if (location !== null)
          expect(location).toMatch(/^(?:\/interaction\/|https:\/\/app\.example\.com\/callback\?)/);
      }),
      { numRuns: runs },
    );
  });

  test("after all this a token that nobody revoked by its value is as it was", async () => {
    const fresh = await issue(instance.issuer, instance.registry.jwtService);
    expect((await verify(instance.issuer, fresh, instance.registry.verifiers.billing.secret)).status).toBe(
      200,
    );
  });
}
