import { describe, expect, test } from "vitest";
import { DevicePolls } from "./device-polls.ts";

describe("RFC 8628 section 3.5: a device that polls", () => {
  test("is slowed down by five seconds each time that it asks too soon, and heard when it keeps to that", () => {
    let nowMs = 0;
    const polls = new DevicePolls(() => nowMs);
    const askedAfter = (seconds: number) => {
      nowMs += seconds * 1_000;
      return polls.isTooSoon("tv", 5);
    };
    expect(askedAfter(0)).toBe(false);
    expect(askedAfter(5)).toBe(false);
    expect(askedAfter(1)).toBe(true);
    expect(askedAfter(5)).toBe(true);
    expect(askedAfter(15)).toBe(false);
    expect(askedAfter(14)).toBe(true);
    expect(askedAfter(20)).toBe(false);
  });

  test("does not slow down another, and is forgotten where there are too many", () => {
    const polls = new DevicePolls(() => 0);
    expect(polls.isTooSoon("one", 5)).toBe(false);
    expect(polls.isTooSoon("other", 5)).toBe(false);
    for (let index = 0; index < 20_000; index += 1) polls.isTooSoon(`crowd ${index}`, 5);
    expect(polls.isTooSoon("one", 5)).toBe(false);
  });
});
