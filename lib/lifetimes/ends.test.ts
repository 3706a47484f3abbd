import { describe, expect, test } from "vitest";
import { accessTokenSeconds, isHalfGone, isSignOnTooOld, refreshTokenEnd, sessionSeconds } from "./ends.ts";

const refresh = { idleSeconds: 1_000, absoluteSeconds: 5_000 };
const session = { idleSeconds: 1_800, absoluteSeconds: 36_000 };

test("a refresh token ends after its idle time, and never after the absolute end of its family", () => {
  expect(refreshTokenEnd(refresh, 0, 0)).toBe(1_000);
  expect(refreshTokenEnd(refresh, 0, 3_999_000)).toBe(4_999);
  expect(refreshTokenEnd(refresh, 0, 4_500_000)).toBe(5_000);
});

test("an access token never outlives its family's absolute end, and a service's has none", () => {
  const family = { rootedAtMs: 0, absoluteSeconds: 5_000 };
  expect(accessTokenSeconds(600, family, 4_400_000)).toBe(600);
  expect(accessTokenSeconds(600, family, 4_700_000)).toBe(300);
  expect(accessTokenSeconds(600, family, 6_000_000)).toBe(1);
  expect(accessTokenSeconds(600, null, 6_000_000)).toBe(600);
});

test("a session lives on for its idle time, and never past its maximum since sign-in", () => {
  expect(sessionSeconds(session, undefined, 0)).toBe(1_800);
  expect(sessionSeconds(session, 0, 10_000_000)).toBe(1_800);
  expect(sessionSeconds(session, 0, 35_000_000)).toBe(1_000);
  expect(sessionSeconds(session, 0, 40_000_000)).toBe(1);
});

describe("a sign-on", () => {
  test.each([
    [59_999, 0, false],
    [60_000, 0, true],
    [0, 29_999, false],
    [0, 30_000, true],
  ])("%s ms old and unused for %s ms: too old is %s", (age, idle, isTooOld) => {
    const now = 1_000_000;
    const limits = { idleSeconds: 30, absoluteSeconds: 60 };
    expect(isSignOnTooOld(limits, { signedInAtMs: now - age, usedAtMs: now - idle }, now)).toBe(isTooOld);
  });
});

test("half of a refresh token's time has gone at its middle, not before", () => {
  expect(isHalfGone(100, 200, 149_999)).toBe(false);
  expect(isHalfGone(100, 200, 150_000)).toBe(true);
});
