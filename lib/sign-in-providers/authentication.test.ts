import { describe, expect, test } from "vitest";
import { type RequiredAuthentication, requireAuthentication } from "./authentication.ts";

const now = new Date("2026-11-29T12:00:00Z");
const secondsAgo = (seconds: number) => now.getTime() / 1000 - seconds;
const nothing: RequiredAuthentication = { requiredAcr: [], requiredAmr: [], maxAgeSeconds: null };

function check(claims: object, required: Partial<RequiredAuthentication>, since: Date | null = null) {
  return () => requireAuthentication({ ...claims }, { ...nothing, ...required }, { now, since });
}

describe("how somebody signed in at the provider", () => {
  test("is anything where nothing is asked for", () => {
    expect(check({}, {})).not.toThrow();
  });

  test("names one of the required acr (OpenID Connect Core 1.0 section 2)", () => {
    const required = { requiredAcr: ["gold", "silver"] };
    expect(check({ acr: "silver" }, required)).not.toThrow();
    for (const acr of [undefined, "bronze", "GOLD", ["gold"], "gold silver"])
      expect(check({ acr }, required)).toThrow("acr is not one of");
  });

  test("names all of the required amr (RFC 8176)", () => {
    const required = { requiredAmr: ["pwd", "otp"] };
    expect(check({ amr: ["otp", "x", "pwd"] }, required)).not.toThrow();
    for (const amr of [undefined, ["pwd"], "pwd otp", { 0: "pwd", 1: "otp" }])
      expect(check({ amr }, required)).toThrow("amr lacks");
  });

  test("is no older than asked for, to the clocks' tolerance, and not to come", () => {
    const required = { maxAgeSeconds: 600 };
    expect(check({ auth_time: secondsAgo(630) }, required)).not.toThrow();
    expect(check({ auth_time: secondsAgo(631) }, required)).toThrow("too long ago");
    expect(check({ auth_time: secondsAgo(-30) }, required)).not.toThrow();
    expect(check({ auth_time: secondsAgo(-31) }, required)).toThrow("in the future");
    for (const auth_time of [undefined, String(secondsAgo(1)), null, Number.NaN, 0, -1])
      expect(check({ auth_time }, required)).toThrow("auth_time is missing");
  });

  test("is later than the question of a step-up, and told", () => {
    const asked = new Date(now.getTime() - 20_000);
    expect(check({ auth_time: secondsAgo(10) }, {}, asked)).not.toThrow();
    expect(check({ auth_time: secondsAgo(60) }, {}, asked)).toThrow("from before the question");
    expect(check({}, {}, asked)).toThrow("auth_time is missing");
  });
});
