import { expect, test } from "vitest";
import { skeletonOf } from "./look-alikes.ts";

test.each([
  ["ana.lima@example.com", "ana.1ima@example.com"],
  ["morris@example.com", "rnorris@exarnple.com"],
  ["bob@example.com", "b0b@example.com"],
  ["owen@example.com", "ovven@example.com"],
])("%s and %s look alike", (one, other) => {
  expect(skeletonOf(one)).toBe(skeletonOf(other));
});

test("ana and ann do not", () => {
  expect(skeletonOf("ana@example.com")).not.toBe(skeletonOf("ann@example.com"));
});
