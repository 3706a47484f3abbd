import { expect, test } from "vitest";
import { LastWord } from "./last-word.ts";

/** Clocks of a machine whose wall clock is `offset` from the authority's, in milliseconds; true time is `now`. */
function machine(offset: number, toleranceMs = 30_000) {
  const time = { now: 1_000_000, offset, asleep: 0 };
  const word = new LastWord(toleranceMs, {
    wall: () => time.now + time.offset,
    steady: () => time.now - 900_000 - time.asleep,
  });
  return { time, word };
}

test("nothing was heard before the first word", () => {
  expect(machine(0).word.ageMs).toBe(Number.POSITIVE_INFINITY);
});

test("a word is as old as the time since it was spoken, not since it came", () => {
  const { time, word } = machine(0);
  expect(word.hear(time.now - 20_000)).toBe(true);
  expect(word.ageMs).toBe(20_000);
  time.now += 1_000;
  expect(word.ageMs).toBe(21_000);
});

test("an older word, or the same once more, makes nothing fresh", () => {
  const { time, word } = machine(0);
  word.hear(time.now);
  const spoken = time.now;
  time.now += 5_000;
  expect(word.hear(spoken)).toBe(false);
  expect(word.hear(spoken - 1)).toBe(false);
  expect(word.ageMs).toBe(5_000);
});

test("a clock that is behind makes no late word look young, once one came in time", () => {
  const { time, word } = machine(-20_000);
  word.hear(time.now);
  expect(word.ageMs).toBe(0);
  time.now += 15_000;
  // spoken ten seconds ago, on a link that has become slow: by the wall clock it would lie ten seconds ahead
  word.hear(time.now - 10_000);
  expect(word.ageMs).toBe(10_000);
});

test("a clock that is ahead counts every word as older: it refuses sooner, never later", () => {
  const { time, word } = machine(5_000);
  word.hear(time.now);
  expect(word.ageMs).toBe(5_000);
});

test("a clock that is further behind than is tolerated makes nothing fresh, and says so, until it is right", () => {
  const { time, word } = machine(-31_000);
  expect(word.hear(time.now)).toBe(false);
  expect(word.isClockBehind).toBe(true);
  expect(word.ageMs).toBe(Number.POSITIVE_INFINITY);
  time.offset = 0;
  time.now += 500;
  expect(word.hear(time.now)).toBe(true);
  expect(word.isClockBehind).toBe(false);
  expect(word.ageMs).toBe(0);
});

test("a clock that was behind and is slewed right is forgotten within the hour: what it was counts for no age then", () => {
  const { time, word } = machine(-20_000);
  word.hear(time.now);
  // both clocks are slewed alike: the steady one tells no step
  for (let second = 0; second < 7_200; second += 1) {
    time.now += 1_000;
    if (time.offset < 0) time.offset = Math.min(0, time.offset + 10);
    time.asleep = -time.offset - 20_000;
    word.hear(time.now);
    if (second < 1_000) expect(word.ageMs).toBeLessThanOrEqual(20_000);
  }
  expect(word.ageMs).toBe(0);
  expect(word.isClockBehind).toBe(false);
});

test("a clock that stays behind makes no late word look young for as long as one came in time within the last half hour", () => {
  const { time, word } = machine(-20_000);
  word.hear(time.now);
  for (let minute = 0; minute < 29; minute += 1) {
    time.now += 60_000;
    word.hear(time.now - 10_000);
    expect(word.ageMs).toBe(10_000);
  }
});

test("a machine that slept knows that its last word is old", () => {
  const { time, word } = machine(0);
  word.hear(time.now);
  time.now += 60_000;
  time.asleep += 60_000;
  expect(word.ageMs).toBe(60_000);
});

test("a wall clock that is set back makes nothing younger", () => {
  const { time, word } = machine(0);
  word.hear(time.now);
  time.now += 10_000;
  time.offset = -3_600_000;
  expect(word.ageMs).toBe(10_000);
});
