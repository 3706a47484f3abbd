import { expect, test } from "vitest";
import { chartSpan } from "./chart-span.ts";

const ISSUED = "2026-11-30T01:18:47.230Z";
/** A UUIDv7 of that instant. */
const TOKEN = "01a22a08-75be-7813-a440-c46fea0476b5";
const asked = {
  at: undefined,
  token: undefined,
  from: "2026-11-29T09:00:00.000Z",
  to: "2026-11-30T02:00:00.001Z",
};
const spanOf = (change: Partial<Parameters<typeof chartSpan>[0]>) => {
  const span = chartSpan({ ...asked, ...change });
  return typeof span === "function" ? span((ms) => new Date(ms).toISOString()) : span;
};

test("of any time says since when: since records begin, or since the issue of the token that is followed", () => {
  expect(spanOf({})).toBe("all since records begin, 2026-11-29T09:00:00.000Z");
  expect(spanOf({ token: TOKEN, from: ISSUED })).toBe(`all since its issue, ${ISSUED}`);
  // what was issued before the log that is left begins
  expect(spanOf({ token: TOKEN })).toBe("all since records begin, 2026-11-29T09:00:00.000Z");
});

test("names no beginning that nothing began at: five minutes are shown however young the log is, and 90 days however old", () => {
  expect(spanOf({ from: "2026-11-30T01:55:00.000Z" })).toBe("all there is, within the last 5 minutes");
  expect(spanOf({ from: "2026-06-01T00:00:00.000Z" })).toBe("the newest 90 days: more is not counted");
});

test("of a time that was asked for says what was asked", () => {
  expect(spanOf({ at: { type: "within", seconds: 3_600 } })).toBe("last 1 hour");
  expect(spanOf({ at: { type: "range", from: ISSUED, to: asked.to } })).toBeUndefined();
});
