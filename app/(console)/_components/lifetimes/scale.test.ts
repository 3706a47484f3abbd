import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { placeOf, STOPS, spanAt, spanByKey, stepFrom } from "./scale.ts";
import { parseSpan, spanText } from "./span-text.ts";

const range = { min: 60, max: 86_400 };

describe("the scale", () => {
  test("has each stop right of the one before", () => {
    const places = STOPS.slice(1).map(placeOf);
    expect(places).toEqual(places.toSorted((a, b) => a - b));
    expect(placeOf(0)).toBe(0);
    expect(placeOf(365 * 86_400)).toBe(100);
  });

  test("answers the stop itself at a stop's place", () => {
    for (const stop of STOPS.filter((one) => one >= 60 && one <= 86_400))
      expect(spanAt(placeOf(stop), range)).toBe(stop);
  });

  test("never leaves a range, by mouse or by key", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1_000 }),
        fc.integer({ min: 60, max: 86_400 }),
        fc.constantFrom("ArrowRight", "ArrowLeft", "PageUp", "PageDown", "Home", "End"),
        (permille, from, key) => {
          for (const seconds of [spanAt(permille / 10, range), spanByKey(key, from, range) ?? 0]) {
            expect(seconds).toBeGreaterThanOrEqual(range.min);
            expect(seconds).toBeLessThanOrEqual(range.max);
          }
        },
      ),
    );
  });

  test("a step leads on from any span, also from one that is no stop", () => {
    expect(stepFrom(3_600, 1, range)).toBe(5_400);
    expect(stepFrom(3_600, -1, range)).toBe(2_700);
    expect(stepFrom(3_601, -1, range)).toBe(3_600);
    expect(stepFrom(86_400, 1, range)).toBe(86_400);
    expect(spanByKey("a", 60, range)).toBeNull();
  });
});

describe("a span as text", () => {
  test.each([
    ["10 min", 600],
    ["10", 600],
    ["1h30", null],
    ["1 h 30 min", 5_400],
    ["1h 30m", 5_400],
    ["90 s", 90],
    ["2 days", 172_800],
    ["0 s", 0],
    ["1.5 h", 5_400],
    ["", null],
    ["-5 min", null],
    ["1e9 s", null],
    ["0.1 s", null],
    ["ten minutes", null],
  ])("%s is %s seconds", (text, seconds) => {
    expect(parseSpan(text, 60)).toBe(seconds);
  });

  test("is read back as it was written", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 365 * 86_400 }), (seconds) => {
        expect(parseSpan(spanText(seconds), 1)).toBe(seconds);
      }),
    );
  });
});
