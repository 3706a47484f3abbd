import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { readReport } from "./read-report.ts";

const jwt = (claims: object) =>
  `eyJhbGciOiJFUzI1NiJ9.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.AAAA`;

test("a report becomes hashes and places, and the value is in none of it", () => {
  const value = "correct horse";
  const [read] =
    readReport([
      { token: ` ${value}\n`, type: `is ${value}`, url: `http://a:b@x.example/p?${value}#y`, new: 1 },
    ]) ?? [];
  expect(read).toEqual({
    hash: createHash("sha256").update(value).digest(),
    jti: null,
    type: "is [redacted]",
    url: "http://x.example/p",
    source: null,
  });
});

test("a value in the shape of a JWT is known by its id, where that is one of ours", () => {
  const id = "01980c2e-0000-7000-8000-000000009b10";
  const jtiOf = (token: string) => readReport([{ token }])?.[0]?.jti;
  expect(jtiOf(jwt({ jti: id }))).toBe(id);
  for (const jti of [
    undefined,
    7,
    "x",
    "01980C2E-0000-7000-8000-000000009B10",
    "f47ac10b-58cc-4372-a567-0e02b2c3d479",
  ])
    expect(jtiOf(jwt({ jti }))).toBeNull();
  expect(jtiOf(`a.${"!".repeat(20)}.b`)).toBeNull();
  expect(jtiOf("a.bnVsbA.c")).toBeNull();
});

test("addresses that are none are one clean line, and what is no report is none", () => {
  expect(readReport([{ token: "x1y2", url: "C:\\work\r\n\u001b[1m" }])?.[0]?.url).toBe("C:\\work [1m");
  expect(readReport([{ token: "x1y2", url: "javascript:alert(1)" }])?.[0]?.url).toBe("javascript:alert(1)");
  for (const body of [null, {}, [], [{}], [{ token: "" }], [{ token: ["x"] }], "x", [null]])
    expect(readReport(body)).toBeNull();
});
