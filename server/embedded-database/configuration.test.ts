import { expect, test } from "vitest";
import { sharedBuffersMegabytes } from "./configuration.ts";

const GIGABYTE = 1_024 ** 3;

test.each([
  [512 * 1_024 ** 2, 128],
  [4 * GIGABYTE, 256],
  [24 * GIGABYTE, 1_536],
  [256 * GIGABYTE, 2_048],
])("of %i bytes of memory the database's cache takes %i MB", (bytes, megabytes) => {
  expect(sharedBuffersMegabytes(bytes)).toBe(megabytes);
});

test("asks the machine where nothing is said", () => {
  expect(sharedBuffersMegabytes()).toBeGreaterThanOrEqual(128);
});
