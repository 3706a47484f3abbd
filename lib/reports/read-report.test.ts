import { randomUUID } from "node:crypto";
import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { pieceOf, placesOf, placesOfForeign, secretSample } from "../audit/test-secrets.ts";
import { REFUSALS } from "../audit/use-words.ts";
import { propertyRuns } from "../test-property-runs.ts";
import { readReport } from "./read-report.ts";

const id = "0196f0a0-0000-7000-8000-00000000000a";
const token = "0196f0a0-0000-7000-8000-00000000000b";
const whole = { id, at: "2026-11-28T12:00:00.000Z", token, outcome: "allowed" };

function read(change: Record<string, unknown>) {
  const { report } = readReport({ ...whole, ...change });
  if (report === null) throw new Error("it was not read");
  return report;
}

test("reads a report with nothing but what it must have", () => {
  expect(read({})).toEqual({
    id,
    at: new Date("2026-11-28T12:00:00Z"),
    tokenId: token,
    refusal: null,
    method: null,
    path: null,
    ip: null,
    userAgent: null,
    audience: null,
    status: null,
    bytes: null,
    latencyUs: null,
  });
});

test("reads all that describes a use", () => {
  const full = {
    outcome: "refused",
    refusal: "revoked",
    method: "get",
    path: "/v1/invoices?page=2#top",
    ip: "::ffff:192.0.2.7",
    user_agent: "curl/8\u0000\u001b[31m",
    audience: "billing",
    status: 401,
    bytes: 17,
    latency_us: 41.6,
    more: "of a later version",
  };
  expect(read(full)).toMatchObject({
    refusal: "revoked",
    method: "GET",
    path: "/v1/invoices",
    ip: "192.0.2.7",
    userAgent: "curl/8[31m",
    audience: "billing",
    status: 401,
    bytes: 17,
    latencyUs: 42,
  });
});

test.each([
  ["no object", 7],
  ["null", null],
  ["a list", [whole]],
])("%s is no report, and has no id", (_name, value) => {
  expect(readReport(value)).toEqual({ report: null, id: null });
});

test.each([
  ["no time", { at: undefined }],
  ["a time without a zone", { at: "2026-11-28T12:00:00" }],
  ["a time in milliseconds", { at: 1_700_000_000_000 }],
  ["a date that is none", { at: "2026-02-30T12:00:00Z" }],
  ["no token", { token: undefined }],
  ["a token that is no id", { token: "eyJhbGciOiJFUzI1NiJ9.e30.c2ln" }],
  ["another outcome", { outcome: "maybe" }],
  ["a refusal without its reason", { outcome: "refused" }],
  ["a reason that nobody knows", { outcome: "refused", refusal: "because" }],
  ["a reason of the prototype", { outcome: "refused", refusal: "constructor" }],
  ["an allowed use with a reason", { refusal: "revoked" }],
  ["a status that is none", { status: 99 }],
  ["a negative size", { bytes: -1 }],
  ["a size that is no whole number", { bytes: 0.5 }],
  ["a latency that is no number", { latency_us: "12" }],
  ["a path that is no text", { path: { $ne: null } }],
  ["a path of a megabyte", { path: "/".repeat(1_000_000) }],
])("a report with %s is refused under its id", (_name, change) => {
  expect(readReport({ ...whole, ...change })).toEqual({ report: null, id });
});

test("an id that cannot be read is not repeated", () => {
  for (const bad of ["x".repeat(100_000), "<script>", { toString: () => id }, null, `${id} `])
    expect(readReport({ ...whole, id: bad })).toEqual({ report: null, id: null });
});

test("takes ids in capitals for the same", () => {
  expect(read({ id: id.toUpperCase(), token: token.toUpperCase() })).toMatchObject({ id, tokenId: token });
});

test("leaves out what only describes a use and is none, and keeps the use", () => {
  const odd = read({ method: "BREW COFFEE", ip: "unknown", path: "?only=query", user_agent: "\u0007" });
  expect(odd).toMatchObject({ method: null, ip: null, path: null, userAgent: null });
  expect(read({ ip: "fe80::1%eth0" }).ip).toBeNull();
  expect(read({ ip: "2001:DB8:0::1" }).ip).toBe("2001:db8::1");
  expect(read({ method: null, path: null, ip: null, user_agent: null }).path).toBeNull();
});

test("takes tokens and secrets out of path and user agent", () => {
  const secret = `twc_${"a".repeat(40)}`;
  const jwt = `eyJhbGciOiJFUzI1NiJ9.${"a".repeat(20)}.${"b".repeat(20)}`;
  const { path, userAgent } = read({ path: `/t/${jwt}/x`, user_agent: `agent ${secret}` });
  expect(path).toBe("/t/[redacted JWT]/x");
  expect(userAgent).toBe("agent twc_[redacted]");
});

test("text that is cut in the middle of a character, or holds half of one, is text that the database takes", () => {
  const cut = read({ user_agent: `${"x".repeat(255)}😀` }).userAgent as string;
  expect(cut.isWellFormed()).toBe(true);
  expect(cut).toHaveLength(256);
  expect(read({ path: "/a\ud800b" }).path).toBe("/a\ufffdb");
});

test("ids are of any version", () => {
  const other = randomUUID();
  expect(read({ id: other }).id).toBe(other);
});

/** What a report may be, as a schema says it. */
const text = z.string().max(8_192).nullish();
const uuid = z
  .string()
  .max(36)
  .regex(/^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i);
const SCHEMA = z
  .object({
    id: uuid,
    at: z.iso.datetime({ offset: true }),
    token: uuid,
    outcome: z.enum(["allowed", "refused"]),
    refusal: z.enum(REFUSALS).nullish(),
    ...{ method: text, path: text, ip: text, user_agent: text },
    audience: z.string().min(1).max(256).nullish(),
    status: z.int().min(100).max(599).nullish(),
    bytes: z.int().min(0).max(Number.MAX_SAFE_INTEGER).nullish(),
    latency_us: z.number().min(0).max(2_147_483_647).nullish(),
  })
  .refine(({ outcome, refusal }) => (outcome === "refused") === (refusal != null));

test("takes what the schema takes, and nothing else", () => {
  const odd = fc.oneof(
    fc.jsonValue({ maxDepth: 1 }),
    fc.constantFrom(
      undefined,
      null,
      "",
      0,
      -1,
      1.5,
      99,
      100,
      599,
      600,
      2 ** 31,
      2 ** 53,
      "allowed",
      "refused",
      "revoked",
    ),
    fc.constantFrom(
      "2026-11-28T12:00Z",
      "2026-11-28T12:00:00+02:00",
      "2024-02-29T00:00:00.123456Z",
      "2026-02-29T00:00:00Z",
    ),
    fc.constantFrom(
      id,
      `${id}\n`,
      id.slice(1),
      "x".repeat(256),
      "x".repeat(257),
      "x".repeat(8_192),
      "x".repeat(8_193),
    ),
  );
  const names = Object.keys(SCHEMA.shape) as (keyof typeof SCHEMA.shape)[];
  const change = fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 3 });
  fc.assert(
    fc.property(change, (changed) => {
      const told = { ...whole, ...changed };
      expect(readReport(told).report !== null, JSON.stringify(told)).toBe(SCHEMA.safeParse(told).success);
    }),
    { numRuns: propertyRuns(400) },
  );
});

test("no secret of any kind passes, wherever in a report it stands and whatever stands before it", () => {
  fc.assert(
    fc.property(secretSample, fc.string({ maxLength: 20 }), fc.nat({ max: 120 }), (sample, before, pad) => {
      for (const { target, userAgent } of placesOf(sample, before, pad)) {
        const kept = read({ path: target, user_agent: userAgent, method: sample.value });
        for (const text of [kept.path, kept.userAgent, kept.method])
          expect([target, userAgent, pieceOf(sample, text)]).toEqual([target, userAgent, undefined]);
      }
    }),
    { numRuns: propertyRuns(300) },
  );
});

test("of an address nothing is kept but the path: no query, no parameters of a segment, no name and password, encoded or not", () => {
  for (const target of placesOfForeign("9F3AC1D27E5B48A0B6"))
    expect(read({ path: target }).path).toBe("/app/index");
});
