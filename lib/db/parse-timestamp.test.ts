import fc from "fast-check";
import pg from "pg";
import { expect, test } from "vitest";
import { propertyRuns } from "../test-property-runs.ts";
import { parseTimestamp } from "./parse-timestamp.ts";

const parseAny = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, "text");

/** As PostgreSQL writes it: without zeros at the end of the fraction. */
function written(at: Date, isMicroseconds = false): string {
  const [day, time] = at.toISOString().slice(0, -1).split("T") as [string, string];
  const [seconds, fraction] = time.split(".") as [string, string];
  const digits = `${fraction}${isMicroseconds ? "789" : ""}`.replace(/0+$/, "");
  return `${day} ${seconds}${digits === "" ? "" : `.${digits}`}+00`;
}

test("reads every instant of ten centuries to the millisecond, with and without a fraction", () => {
  const instant = fc.date({
    min: new Date("1000-01-01T00:00:00Z"),
    max: new Date("9999-12-31T23:59:59.999Z"),
    noInvalidDate: true,
  });
  fc.assert(
    fc.property(instant, (at) => {
      expect(parseTimestamp(written(at))).toEqual(at);
      // further digits are cut off
      expect(parseTimestamp(written(at, true))).toEqual(at);
    }),
    { numRuns: propertyRuns(500) },
  );
});

test.each([
  "2026-11-28 09:05:07+00",
  "2026-11-28 09:05:07.1+00",
  "2026-11-28 09:05:07.12+00",
  "2026-11-28 09:05:07.123+00",
  "2026-11-28 09:05:07.123456+00",
  "2026-02-29 24:00:00+00",
  "2026-11-28 09:05:07+02",
  "2026-11-28 09:05:07-03:30",
  "2026-11-28 09:05:07.5+00:00:30",
  "0044-03-15 12:00:00+00 BC",
  "0099-03-15 12:00:00+00",
  "12026-11-28 09:05:07+00",
  "infinity",
  "-infinity",
])("reads %s as the driver does", (text) => {
  expect(parseTimestamp(text)).toEqual(parseAny(text));
});
