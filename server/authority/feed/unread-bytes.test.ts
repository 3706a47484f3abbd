import { expect, test } from "vitest";
import { UnreadBytes } from "./unread-bytes.ts";

function streams(count: number) {
  const dropped: number[] = [];
  const made = Array.from({ length: count }, (_, index) => ({ drop: () => dropped.push(index) }));
  return { made, dropped };
}

test("beyond the bound whoever has not read for longest is cut off, and no more than it takes", () => {
  const { made, dropped } = streams(6);
  const unread = new UnreadBytes(300);
  for (const stream of made.slice(0, 3)) unread.hold(stream, Buffer.alloc(100));
  expect(dropped).toEqual([]);
  unread.release(made[0] as (typeof made)[number]);
  unread.hold(made[3] as (typeof made)[number], Buffer.alloc(100));
  unread.hold(made[4] as (typeof made)[number], Buffer.alloc(150));
  expect(dropped).toEqual([1, 2]);
  expect(unread.bytes).toBe(250);
  expect(unread.dropped).toBe(2);
});

test("the same piece for a thousand is one, until the last has read it", () => {
  const { made, dropped } = streams(1_000);
  const unread = new UnreadBytes(300);
  const piece = Buffer.alloc(200);
  for (const stream of made) unread.hold(stream, piece);
  expect([unread.bytes, dropped.length]).toEqual([200, 0]);
  for (const stream of made.slice(1)) unread.release(stream);
  expect(unread.bytes).toBe(200);
  unread.release(made[0] as (typeof made)[number]);
  expect(unread.bytes).toBe(0);
});

test("one that is gone and written to no more counts no longer, however often it is told", () => {
  const { made } = streams(1);
  const unread = new UnreadBytes(300);
  const [one] = made as [(typeof made)[number]];
  unread.hold(one, Buffer.alloc(100));
  unread.hold(one, Buffer.alloc(50));
  unread.release(one);
  unread.release(one);
  expect(unread.bytes).toBe(0);
});
