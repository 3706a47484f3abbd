import { expect, test } from "vitest";
import { keyAxis, keySegments } from "./key-segments.ts";

const at = (day: number) => new Date(Date.UTC(2026, 0, day)).toISOString();
const none = { activatedAt: null, retiringAt: null, retiredAt: null, compromisedAt: null };

test("a key that was announced, signed and verifies has three segments without gaps", () => {
  const segments = keySegments({ ...none, createdAt: at(1), activatedAt: at(15), retiringAt: at(40) });
  expect(segments.map(({ phase }) => phase)).toEqual(["standby", "signing", "verifying"]);
  expect(segments[0]?.untilMs).toBe(segments[1]?.fromMs);
  expect(segments[1]?.untilMs).toBe(segments[2]?.fromMs);
  expect(segments[2]?.untilMs).toBeNull();
});

test("a key that signed from its first moment was never on standby", () => {
  expect(keySegments({ ...none, createdAt: at(1), activatedAt: at(1) })).toEqual([
    { phase: "signing", fromMs: Date.parse(at(1)), untilMs: null },
  ]);
});

test("a compromise ends the segment that it met", () => {
  const [, signing] = keySegments({ ...none, createdAt: at(1), activatedAt: at(2), compromisedAt: at(9) });
  expect(signing?.untilMs).toBe(Date.parse(at(9)));
});

test("a young key's segment fills most of the axis, with ticks by the time of day", () => {
  for (const age of [0.5, 5, 60, 24 * 60]) {
    const createdAt = at(10);
    const nowMs = Date.parse(createdAt) + age * 60_000;
    const axis = keyAxis(keySegments({ ...none, createdAt, activatedAt: createdAt }), nowMs);
    const share = (nowMs - axis.fromMs) / (axis.untilMs - axis.fromMs);
    expect(share, `${age} minutes`).toBeGreaterThanOrEqual(age < 8 ? age / 10 - 0.001 : 0.79);
    expect(axis.ticks.length, `${age} minutes`).toBeGreaterThan(2);
    expect(axis.ticks.length).toBeLessThan(10);
    expect(axis.ticks.some(({ label }) => /^\d\d:\d\d$/.test(label))).toBe(true);
  }
});

test("the axis holds all segments and now, with ticks inside of it", () => {
  const nowMs = Date.parse(at(200));
  const axis = keyAxis(keySegments({ ...none, createdAt: at(1), activatedAt: at(15) }), nowMs);
  expect(axis.fromMs).toBe(Date.parse(at(1)));
  expect(axis.untilMs).toBeGreaterThan(nowMs);
  expect(axis.ticks.length).toBeGreaterThan(3);
  for (const tick of axis.ticks) expect(tick.ms).toBeLessThan(axis.untilMs);
});

test("ticks stand at round times of the reader's clock, also where it is put back in between", () => {
  const hour = 3_600_000;
  const fallBack = Date.parse("2026-10-25T01:00:00Z");
  const berlin = (ms: number) => (ms < fallBack ? 2 : 1) * hour;
  const [createdAt, nowMs] = ["2026-10-20T00:00:00Z", Date.parse("2026-11-01T12:00:00Z")];
  const axis = keyAxis(keySegments({ ...none, createdAt, activatedAt: createdAt }), nowMs, berlin);
  expect(axis.ticks.length).toBeGreaterThan(3);
  const clock = new Intl.DateTimeFormat("en-GB", {
    day: "numeric",
    month: "short",
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "Europe/Berlin",
  });
  for (const tick of axis.ticks) expect(clock.format(tick.ms)).toBe(`${tick.label}, 00:00`);
});
