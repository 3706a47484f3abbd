import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RegistryOrganisation } from "#lib/registry/snapshot.ts";
import { accessTokenTtlSeconds, refreshTokenExpiry, sessionTtlSeconds } from "./lifetimes.ts";

const organisation: RegistryOrganisation = {
  name: "Test",
  accessTokenTtlSeconds: 3_600,
  serviceTokenTtlSeconds: 600,
  accessTokenTtlMinSeconds: 120,
  accessTokenTtlMaxSeconds: 7_200,
  refreshTokenIdleSeconds: 1_000,
  refreshTokenAbsoluteSeconds: 5_000,
  refreshGraceSeconds: 0,
  authorizationCodeTtlSeconds: 60,
  idTokenTtlSeconds: 3_600,
  sessionIdleSeconds: 1_800,
  sessionAbsoluteSeconds: 36_000,
  clockSkewSeconds: 30,
  jwksCacheSeconds: 600,
};

describe("an access token's lifetime", () => {
  it("is the client's own, else the organisation's for its grant", () => {
    expect(accessTokenTtlSeconds(organisation, { accessTokenTtlSeconds: 900 }, "client_credentials")).toBe(
      900,
    );
    expect(accessTokenTtlSeconds(organisation, { accessTokenTtlSeconds: null }, "client_credentials")).toBe(
      600,
    );
    expect(accessTokenTtlSeconds(organisation, { accessTokenTtlSeconds: null }, "refresh_token")).toBe(3_600);
  });

  it("never leaves the organisation's bounds, whatever the client says", () => {
    fc.assert(
      fc.property(
        fc.integer(),
        fc.constantFrom("client_credentials", "authorization_code"),
        (seconds, grant) => {
          const ttl = accessTokenTtlSeconds(organisation, { accessTokenTtlSeconds: seconds }, grant);
          expect(ttl).toBeGreaterThanOrEqual(120);
          expect(ttl).toBeLessThanOrEqual(7_200);
        },
      ),
    );
  });
});

describe("a refresh token", () => {
  it("ends after its idle time, and never after the absolute end of its family", () => {
    expect(refreshTokenExpiry(organisation, 0, 0)).toBe(1_000);
    expect(refreshTokenExpiry(organisation, 0, 3_999_000)).toBe(4_999);
    expect(refreshTokenExpiry(organisation, 0, 4_500_000)).toBe(5_000);
  });
});

describe("a session", () => {
  it("lives on for its idle time, and never past its maximum since sign-in", () => {
    expect(sessionTtlSeconds(organisation, undefined, 0)).toBe(1_800);
    expect(sessionTtlSeconds(organisation, 0, 10_000_000)).toBe(1_800);
    expect(sessionTtlSeconds(organisation, 0, 35_000_000)).toBe(1_000);
    expect(sessionTtlSeconds(organisation, 0, 40_000_000)).toBe(1);
  });
});
