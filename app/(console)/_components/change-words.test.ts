import fc from "fast-check";
import { expect, test } from "vitest";
import { fieldWords, valueWords } from "./change-words.ts";

test("a week that left the register is told in words, with its size and its days", () => {
  const act = "register.week_purged";
  const after = { week: "2026-06-15", tokens: 1_204_512, bytes: 512_400_000, expiredTokenDays: 90 };
  expect(Object.entries(after).map(([key, value]) => [fieldWords(key, act), valueWords(key, value)])).toEqual(
    [
      ["Week", expect.stringMatching(/^The week of 15 June/)],
      ["Tokens that left", "1,204,512"],
      ["Room given back", "512 MB"],
      ["They had stayed", "90 days"],
    ],
  );
});

test("spans are told in their units, switches as yes or no, and our own words by their names", () => {
  expect(valueWords("accessTokenTtlSeconds", 5_400)).toBe("1 hour 30 minutes");
  expect(fieldWords("refreshTokenIdleSeconds")).toBe("Refresh token, idle");
  expect(valueWords("refreshTokenIdleSeconds", null)).toBe("as the organisation has it");
  expect(valueWords("accessTokenTtlMaxSeconds", null)).toBe("none");
  expect(valueWords("orderPlanMinutes", 15)).toBe("15 minutes");
  expect(valueWords("orderHorizonDays", 1)).toBe("1 day");
  expect(valueWords("requireConsent", false)).toBe("no");
  expect(valueWords("auditMode", "relaxed")).toBe("Relaxed");
  expect(valueWords("leavingWeeks", ["2026-06-15"])).toMatch(/^The week of/);
  expect(valueWords("accessTokenTtlSeconds", null)).toBe("as the organisation has it");
  expect(valueWords("description", "")).toBe("empty");
  expect(valueWords("permissions", [])).toBe("none");
});

test("claims and attributes keep the names that people gave them, and their values", () => {
  expect(valueWords("customClaims", { tenantId: "emea", beta: true })).toBe("tenantId: emea; beta: yes");
  expect(valueWords("added", { users: 40, newClientSecrets: 0 })).toBe("users: 40; new client secrets: 0");
});

test("a field that has no words yet is read from its own parts, never shown as a key", () => {
  expect(fieldWords("lastSeenAt")).toBe("Last seen");
  expect(fieldWords("email")).toBe("E-mail");
  expect(fieldWords("contactEmail")).toBe("Contact e-mail");
  expect(fieldWords("logoUri")).toBe("Logo address");
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z]{1,8}([A-Z][a-z]{1,8}){1,3}$/), (key) => {
      expect(fieldWords(key)).toMatch(/^[A-Z][a-z ]*$/);
    }),
  );
});
