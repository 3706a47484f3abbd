import { expect, test } from "vitest";
import { parseOptions, type VerifierOptions } from "./options.ts";

const GOOD: VerifierOptions = { issuer: "https://auth.example.com", audience: "billing" };
const SECRET = `twv_${"x".repeat(43)}`;

test("fills in what was not said", () => {
  expect(parseOptions(GOOD)).toMatchObject({
    issuer: "https://auth.example.com",
    authorityUrl: "https://auth.example.com",
    audiences: ["billing"],
    revocation: "status-list",
    mode: null,
    maxStalenessMs: null,
    clockToleranceSeconds: 30,
    keysMaxAgeMs: 600_000,
    reports: null,
  });
  expect(parseOptions({ ...GOOD, secret: SECRET })).toMatchObject({
    revocation: "feed",
    reports: { path: null, capacity: 10_000, isStrict: false },
  });
});

test.each<[string, Record<string, unknown>]>([
  ["issuer", { issuer: "auth.example.com" }],
  ["issuer", { issuer: "https://auth.example.com/path" }],
  ["issuer", { issuer: "https://user@auth.example.com" }],
  ["issuer", { issuer: "ftp://auth.example.com" }],
  ["issuer", { issuer: undefined }],
  ["issuer: plain HTTP", { issuer: "http://auth.example.com" }],
  ["authorityUrl: plain HTTP", { authorityUrl: "http://10.0.0.1:4000" }],
  ["audience", { audience: "" }],
  ["audience", { audience: [] }],
  ["audience", { audience: ["billing", 7] }],
  ["secret", { secret: "twc_0123456789abcdefghij" }],
  ["secret", { secret: "" }],
  ["revocation", { revocation: "push" }],
  ["revocation: feed needs a secret", { revocation: "feed" }],
  ["revocation: introspection needs a secret", { revocation: "introspection" }],
  ["mode", { mode: "relaxed" }],
  ["maxStalenessSeconds", { maxStalenessSeconds: 0 }],
  ["maxStalenessSeconds: a number from 15", { revocation: "status-list", maxStalenessSeconds: 14 }],
  ["maxStalenessSeconds", { maxStalenessSeconds: Number.NaN }],
  ["maxStalenessSeconds", { maxStalenessSeconds: "60" }],
  ["clockToleranceSeconds", { clockToleranceSeconds: 121 }],
  ["algorithms", { algorithms: ["none"] }],
  ["algorithms", { algorithms: ["HS256"] }],
  ["algorithms", { algorithms: [] }],
  ["reports: need a secret", { reports: {} }],
  ["reports.capacity", { secret: SECRET, reports: { capacity: 0 } }],
  ["reports.path", { secret: SECRET, reports: { path: "" } }],
  ["reports.folder is not an option", { secret: SECRET, reports: { folder: "x" } }],
  ["strict is not an option", { strict: true }],
])("refuses with a line that begins with %s", (begin, change) => {
  expect(() => parseOptions({ ...GOOD, ...change } as VerifierOptions)).toThrow(
    expect.objectContaining({
      code: "invalid_option",
      message: expect.stringMatching(new RegExp(`^${begin}`)),
    }),
  );
});

test("plain HTTP is for loopback, and for who asks for it", () => {
  expect(parseOptions({ ...GOOD, issuer: "http://localhost:4000" }).issuer).toBe("http://localhost:4000");
  expect(parseOptions({ ...GOOD, issuer: "http://10.0.0.1:4000", allowInsecureHttp: true }).issuer).toBe(
    "http://10.0.0.1:4000",
  );
});
