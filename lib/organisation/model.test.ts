import { expect, test } from "vitest";
import { type LifetimeKey, lifetimeProblems } from "./model.ts";

const defaults: Record<LifetimeKey, number> = {
  accessTokenTtlSeconds: 3600,
  serviceTokenTtlSeconds: 600,
  accessTokenTtlMinSeconds: 60,
  accessTokenTtlMaxSeconds: 86_400,
  refreshTokenIdleSeconds: 604_800,
  refreshTokenIdleMaxSeconds: 31_536_000,
  refreshTokenAbsoluteSeconds: 2_592_000,
  refreshTokenAbsoluteMaxSeconds: 31_536_000,
  refreshGraceSeconds: 0,
  refreshGraceMaxSeconds: 60,
  authorizationCodeTtlSeconds: 60,
  authorizationCodeTtlMaxSeconds: 600,
  idTokenTtlSeconds: 3600,
  idTokenTtlMaxSeconds: 86_400,
  deviceCodeTtlSeconds: 600,
  deviceCodeTtlMaxSeconds: 1800,
  devicePollSeconds: 5,
  sessionIdleSeconds: 1800,
  sessionAbsoluteSeconds: 36_000,
  clockSkewSeconds: 30,
};

test("the defaults contradict nothing", () => {
  expect(lifetimeProblems(defaults)).toEqual([]);
});

test.each<[Partial<Record<LifetimeKey, number>>, LifetimeKey]>([
  [{ accessTokenTtlMinSeconds: 59 }, "accessTokenTtlMinSeconds"],
  [{ accessTokenTtlMaxSeconds: 86_401 }, "accessTokenTtlMaxSeconds"],
  [{ accessTokenTtlMinSeconds: 7200, accessTokenTtlMaxSeconds: 3600 }, "accessTokenTtlMinSeconds"],
  [{ accessTokenTtlMaxSeconds: 1800 }, "accessTokenTtlSeconds"],
  [{ accessTokenTtlMinSeconds: 900 }, "serviceTokenTtlSeconds"],
  [{ refreshTokenIdleSeconds: 1800 }, "refreshTokenIdleSeconds"],
  [{ refreshTokenIdleSeconds: 2_592_001 }, "refreshTokenIdleSeconds"],
  [{ authorizationCodeTtlSeconds: 601 }, "authorizationCodeTtlSeconds"],
  [{ authorizationCodeTtlSeconds: 9 }, "authorizationCodeTtlSeconds"],
  [{ sessionIdleSeconds: 36_001 }, "sessionIdleSeconds"],
  [{ refreshGraceSeconds: 61 }, "refreshGraceSeconds"],
  [{ clockSkewSeconds: 121 }, "clockSkewSeconds"],
  [{ idTokenTtlSeconds: 299 }, "idTokenTtlSeconds"],
  [{ idTokenTtlMaxSeconds: 1800 }, "idTokenTtlSeconds"],
  [{ refreshTokenIdleMaxSeconds: 604_799 }, "refreshTokenIdleSeconds"],
  [{ refreshTokenAbsoluteMaxSeconds: 2_591_999 }, "refreshTokenAbsoluteSeconds"],
  [{ refreshGraceMaxSeconds: 10, refreshGraceSeconds: 11 }, "refreshGraceSeconds"],
  [{ authorizationCodeTtlMaxSeconds: 30 }, "authorizationCodeTtlSeconds"],
  [{ deviceCodeTtlSeconds: 1801 }, "deviceCodeTtlSeconds"],
  [{ devicePollSeconds: 0 }, "devicePollSeconds"],
  [{ accessTokenTtlSeconds: 0.5 }, "accessTokenTtlSeconds"],
])("refuses %o by naming %s", (change, path) => {
  expect(lifetimeProblems({ ...defaults, ...change }).map((problem) => problem.path)).toContain(path);
});
