import { expect, test } from "vitest";
import type { RegisteredToken } from "../verification/registered-token.ts";
import { isOutOfTime, judgeReport } from "./judge-report.ts";
import type { Report } from "./read-report.ts";

const DAY_MS = 86_400_000;
const now = Date.parse("2026-11-28T12:00:00Z");
const token = {
  kind: "access",
  audiences: ["billing", "ledger"],
  issuedAtMs: now - 60_000,
  expiresAtMs: now - 30_000,
} as unknown as RegisteredToken;

function report(change: Partial<Report> = {}): Report {
  return { at: new Date(now), refusal: null, audience: null, ...change } as Report;
}
const own = new Set(["billing"]);
const judge = (change: Partial<Report>, of = token, audiences = own) =>
  judgeReport(report(change), of, audiences, 30_000);

test("takes a use that was accepted, one that was refused, and one that ought not to have been accepted", () => {
  expect(judge({})).toBeNull();
  expect(judge({ audience: "billing" })).toBeNull();
  expect(judge({ refusal: "revoked" })).toBeNull();
  // the token had expired
  expect(judge({ at: new Date(now + 29_000) })).toBeNull();
});

test("refuses another verifier's audience, and a token that is for none of the verifier's", () => {
  expect(judge({ audience: "ledger" })).toBe("audience");
  expect(judge({ audience: "payroll" })).toBe("audience");
  expect(judge({}, token, new Set(["payroll"]))).toBe("audience");
  expect(judge({ refusal: "revoked" }, token, new Set(["payroll"]))).toBe("audience");
  expect(judge({}, token, new Set())).toBe("audience");
});

test("takes it that a verifier refused a token for being another's", () => {
  expect(judge({ refusal: "audience" }, token, new Set(["payroll"]))).toBeNull();
  expect(judge({ refusal: "audience", audience: "payroll" }, token, new Set(["payroll"]))).toBeNull();
  expect(judge({ refusal: "audience", audience: "ledger" }, token, new Set(["payroll"]))).toBe("audience");
});

test("refuses what cannot have been: a use before the issue, a refresh token that was accepted", () => {
  expect(judge({ at: new Date(token.issuedAtMs - 30_000) })).toBeNull();
  expect(judge({ at: new Date(token.issuedAtMs - 30_001) })).toBe("invalid");
  const refresh = { ...token, kind: "refresh" } as RegisteredToken;
  expect(judge({}, refresh)).toBe("invalid");
  expect(judge({ refusal: "not_an_access_token" }, refresh)).toBeNull();
  const narrow = { ...token, audiences: ["billing"] } as unknown as RegisteredToken;
  expect(judge({ audience: "ledger" }, narrow, new Set(["billing", "ledger"]))).toBe("invalid");
});

test("takes what is seven days old and what is ahead by no more than clocks may differ, to the millisecond", () => {
  const out = (ms: number) => isOutOfTime(report({ at: new Date(now + ms) }), now, 30_000);
  expect([out(30_000), out(30_001)]).toEqual([false, true]);
  expect([out(-7 * DAY_MS), out(-7 * DAY_MS - 1)]).toEqual([false, true]);
  expect(isOutOfTime(report({ at: new Date("1970-01-01T00:00:00Z") }), now, 30_000)).toBe(true);
  expect(isOutOfTime(report({ at: new Date("2099-01-01T00:00:00Z") }), now, 30_000)).toBe(true);
});
