import { expect, test } from "vitest";
import { shortWords } from "./instant.tsx";

test("a time says its year where that is another one, in the zone that it is told in", () => {
  const now = new Date("2026-11-30T12:00:00Z");
  const told = (at: string) => shortWords(at, false, now);
  expect(told("2026-01-01T00:00:00Z")).toBe("1 Jan, 00:00:00");
  expect(told("2025-12-20T09:00:00Z")).toBe("20 Dec 2025, 09:00:00");
  expect(told("1970-01-01T00:00:00Z")).toBe("1 Jan 1970, 00:00:00");
  expect(told("2027-01-01T00:00:00Z"), "what is to come").toBe("1 Jan 2027, 00:00:00");
});
