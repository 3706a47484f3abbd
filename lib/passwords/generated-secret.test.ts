import { expect, test } from "vitest";
import { generateSecret, hashSecret, isSecret } from "./generated-secret.ts";

test("generates a prefix and 43 base62 digits, the hint being their end", () => {
  const secret = generateSecret("twc_");
  expect(secret.value).toMatch(/^twc_[0-9A-Za-z]{43}$/);
  expect(secret.value.endsWith(secret.hint)).toBe(true);
  expect(secret.hint).toHaveLength(4);
  expect(secret.hash).toEqual(hashSecret(secret.value));
});

test("keeps every bit: the largest number still fits", () => {
  const largest = generateSecret("twk_", (size) => Buffer.alloc(size, 0xff)).value;
  const smallest = generateSecret("twk_", (size) => Buffer.alloc(size, 0)).value;
  expect(largest).toHaveLength(47);
  expect(largest).not.toBe(smallest);
  expect(smallest).toBe(`twk_${"0".repeat(43)}`);
});

test("knows a secret by its hash and refuses others and malformed hashes", () => {
  const secret = generateSecret("twv_");
  expect(isSecret(secret.value, secret.hash)).toBe(true);
  expect(isSecret(`${secret.value}x`, secret.hash)).toBe(false);
  expect(isSecret(secret.value, secret.hash.subarray(1))).toBe(false);
});
