import type { IncomingMessage } from "node:http";
import { expect, test } from "vitest";
import { maxBytesOf, tooLargeWords } from "#lib/input/body-bound.ts";
import { findFault } from "./refuse.ts";

const asked = (url: string, length: number) => {
  const headers = { host: "localhost", "content-length": String(length) };
  const rawHeaders = Object.entries(headers).flat();
  return { method: "POST", url, headers, rawHeaders, httpVersion: "1.1" } as unknown as IncomingMessage;
};

test.each([
  ["/api/v1/groups", "256 KiB"],
  ["/api/auth/callback/admin", "16 KiB"],
])("a body for %s is said to be larger than %s, as its route says it", (url, says) => {
  const detail = `The body is larger than ${says}.`;
  expect(findFault(asked(url, 2_000_000))).toMatchObject({ status: 413, detail });
  expect(tooLargeWords(maxBytesOf(url))).toBe(detail);
  // its route refuses it
  expect(findFault(asked(url, 300_000))).toBeNull();
});
