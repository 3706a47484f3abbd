import { expect, test } from "vitest";
import { lifelineTicks } from "./chart-years.ts";
import { histogramWords } from "./histogram-words.ts";

const nowMs = Date.parse("2027-01-02T12:00:00Z");
const HOUR = 3_600_000;
const ms = (at: string) => Date.parse(at);

function lifeline(from: string, to: string, timeZone = "UTC") {
  return lifelineTicks({ fromMs: ms(from), toMs: ms(to), timeZone, nowMs });
}

test("a lifeline of this year says no year; one of another, or across New Year, says it at each tick, all of one length", () => {
  expect(lifeline("2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z")(ms("2027-01-01T06:00:00Z"))).toBe("06:00");
  expect(lifeline("2026-03-01T00:00:00Z", "2026-03-01T06:00:00Z")(ms("2026-03-01T03:00:00Z"))).toBe(
    "1 Mar 2026, 03:00",
  );
  const across = lifeline("2026-12-01T00:00:00Z", "2027-01-02T00:00:00Z");
  expect([across(ms("2026-12-15T00:00:00Z")), across(ms("2027-01-01T00:00:00Z"))]).toEqual([
    "15 Dec 2026",
    "1 Jan 2027",
  ]);
  expect(lifeline("2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z")(ms("2027-06-01T00:00:00Z"))).toBe(
    "1 Jun 2027",
  );
});

test("the year of a lifeline is that of the zone in which its times are told", () => {
  const [from, to] = ["2026-12-31T20:00:00Z", "2026-12-31T22:00:00Z"];
  const at = ms("2026-12-31T21:00:00Z");
  expect(lifeline(from, to)(at)).toBe("31 Dec 2026, 21:00");
  expect(lifeline(from, to, "Pacific/Kiritimati")(at), "there it is this year").toBe("11:00");
  const late = lifeline("2027-01-01T02:00:00Z", "2027-01-01T04:00:00Z", "America/Los_Angeles");
  expect(late(ms("2027-01-01T03:00:00Z")), "and there the last").toBe("31 Dec 2026, 19:00");
});

function ticks(from: string, count: number, bucketSeconds: number, timeZone = "UTC") {
  const instants = Array.from({ length: count }, (_, at) => ms(from) + at * bucketSeconds * 1_000);
  const toMs = instants.at(-1) ?? 0;
  const words = histogramWords({ bucketSeconds, fromMs: ms(from), toMs, timeZone, nowMs });
  return instants.map((at, index) => words.tick(at, instants[index - 1]));
}

test("bars say their year at the first tick and where another begins, and not where all are of this one", () => {
  expect(ticks("2027-01-01T00:00:00Z", 2, 86_400)).toEqual(["1 Jan", "2 Jan"]);
  expect(ticks("2026-12-30T00:00:00Z", 4, 86_400)).toEqual(["30 Dec 2026", "31 Dec", "1 Jan 2027", "2 Jan"]);
  expect(ticks("2025-05-01T00:00:00Z", 2, 86_400)).toEqual(["1 May 2025", "2 May"]);
  expect(ticks("2026-12-31T22:00:00Z", 4, HOUR / 1_000)).toEqual([
    "31 Dec 2026, 22:00",
    "23:00",
    "1 Jan 2027, 00:00",
    "01:00",
  ]);
  expect(ticks("2026-12-31T22:00:00Z", 2, HOUR / 1_000, "Pacific/Kiritimati")).toEqual(["12:00", "13:00"]);
});

test("what bars say above them has its year where that is not this one", () => {
  const bars = { bucketSeconds: 3_600, fromMs: nowMs - HOUR, toMs: nowMs, nowMs };
  const { short } = histogramWords({ ...bars, timeZone: "UTC" });
  expect([short(nowMs), short(ms("2026-12-31T23:00:00Z"))]).toEqual(["2 Jan, 12:00", "31 Dec 2026, 23:00"]);
  expect(histogramWords({ ...bars, timeZone: "Pacific/Kiritimati" }).short(ms("2026-12-31T23:00:00Z"))).toBe(
    "1 Jan, 13:00",
  );
});
