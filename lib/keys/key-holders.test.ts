import { expect, test } from "vitest";
import { type KeyAsker, keyHoldersOf } from "./key-holders.ts";

const NOW = Date.UTC(2026, 10, 29, 3);
const KEY = { kid: "next", purpose: "access_token", state: "standby" } as const;

function asker(name: string, change: Partial<KeyAsker> = {}): KeyAsker {
  return { id: `id-${name}`, name, checkWay: "feed", firstAtMs: {}, instances: [], ...change };
}

function running(kids: string[], change: Partial<KeyAsker["instances"][number]> = {}) {
  return {
    way: "feed",
    seenAtMs: NOW - 3_000,
    disconnectedAtMs: null,
    endedAtMs: null,
    kids,
    ...change,
  } as const;
}

const holdings = (askers: KeyAsker[], key: Parameters<typeof keyHoldersOf>[0] = KEY) =>
  Object.fromEntries(keyHoldersOf(key, askers, NOW).rows.map(({ name, holding }) => [name, holding]));

test("what processes that run say counts for more than what was fetched once: all of them, some, none", () => {
  const given = { firstAtMs: { next: NOW - 60_000 } };
  expect(
    holdings([
      asker("all", { instances: [running(["old", "next"]), running(["next"])] }),
      asker("some", { ...given, instances: [running(["old"]), running(["old", "next"])] }),
      asker("none", { ...given, instances: [running(["old"])] }),
    ]),
  ).toEqual({ all: "has", some: "partly", none: "missing" });
});

test("who ran, ended or is silent says nothing any more; what it was given does", () => {
  const gone = running(["old"], { seenAtMs: NOW - 90_000 });
  const ended = running(["old"], { endedAtMs: NOW - 1_000 });
  const cut = running(["old"], { disconnectedAtMs: NOW - 1_000 });
  expect(
    holdings([
      asker("given", { firstAtMs: { next: NOW - 5 }, instances: [gone, ended, cut] }),
      asker("given before", { firstAtMs: { old: NOW - 86_400_000 }, instances: [gone] }),
    ]),
  ).toEqual({ "given before": "missing", given: "has" });
});

test("who never said who it is, is not known, whatever runs of it", () => {
  expect(
    holdings([
      asker("anonymous"),
      asker("own software", { instances: [running([])] }),
      asker("jose", { checkWay: "jwks" }),
    ]),
  ).toEqual({ anonymous: "unknown", "own software": "unknown", jose: "unknown" });
});

test("who asks about each token needs no key, though it has one; what runs counts for more than what was declared", () => {
  expect(
    holdings([
      asker("asks", { checkWay: "introspection" }),
      asker("gateway", { checkWay: "forward_auth", firstAtMs: { next: NOW } }),
      asker("asks after all", { instances: [running(["next"], { way: "introspection" })] }),
      asker("checks after all", { checkWay: "introspection", instances: [running(["old"])] }),
    ]),
  ).toEqual({
    asks: "needless",
    gateway: "needless",
    "asks after all": "needless",
    "checks after all": "missing",
  });
});

test.each([
  ["status_list", { lists: "has", feed: "needless", alone: "needless" }],
  ["feed", { lists: "needless", feed: "has", alone: "needless" }],
  ["access_token", { lists: "has", feed: "has", alone: "unknown" }],
] as const)("a key of %s is needed by those alone who check with it", (purpose, expected) => {
  const askers = [
    asker("lists", { checkWay: "status_list", instances: [running(["next"], { way: "status_list" })] }),
    asker("feed", { instances: [running(["next"], { way: "poll" })] }),
    asker("alone", { checkWay: "jwks" }),
  ];
  expect(holdings(askers, { ...KEY, purpose })).toEqual(expected);
});

test("keys of ID tokens and checkpoints are no verifier's, and the sentence says whose", () => {
  const askers = [asker("a", { instances: [running(["next"])] })];
  for (const [purpose, who] of [
    ["id_token", /Clients check ID tokens/],
    ["checkpoint", /export of the log/],
  ] as const)
    expect(keyHoldersOf({ ...KEY, purpose }, askers, NOW)).toEqual({
      says: expect.stringMatching(who),
      count: 0,
      rows: [],
    });
});

test("one sentence says how many have it, and names who does not", () => {
  const has = { instances: [running(["next"])] };
  const says = (askers: KeyAsker[]) => keyHoldersOf(KEY, askers, NOW).says;
  expect(
    says([
      asker("a", has),
      asker("b", has),
      asker("c", has),
      asker("reports-api", { instances: [running(["old"])] }),
      asker("gateway", { checkWay: "forward_auth" }),
    ]),
  ).toBe("3 of 4 verifiers that check by themselves have it; missing: reports-api.");
  expect(
    says([asker("a", has), asker("b"), asker("c", { instances: [running(["next"]), running(["old"])] })]),
  ).toBe("1 of 3 verifiers that check by themselves have it; in some processes alone: c; not known of: b.");
  expect(says([asker("a", has)])).toBe("The only verifier that checks by itself has it.");
  expect(says([])).toBe("There is no verifier that checks by itself.");
  const many = Array.from({ length: 7 }, (_, index) => asker(`v${index}`));
  expect(says(many)).toMatch(/: v0, v1, v2, v3, v4 and 2 more\.$/);
});

test("of a key that has left the JWKS those who had it stand there, and who says that it still holds it first", () => {
  const askers = [
    asker("had", { firstAtMs: { next: NOW - 1_000 }, instances: [running(["other"])] }),
    asker("still", { instances: [running(["next"])] }),
    asker("never", { instances: [running(["other"])] }),
  ];
  const gone = { ...KEY, state: "compromised" } as const;
  expect(holdings(askers, gone)).toEqual({ still: "has", had: "had" });
  expect(keyHoldersOf(gone, askers, NOW).says).toBe("1 verifier still holds it: still.");
  expect(keyHoldersOf(gone, askers.slice(0, 1), NOW).says).toBe("No verifier says that it still holds it.");
});

test("a list of thousands is cut where it is long, those that lack the key first", () => {
  const askers = [
    ...Array.from({ length: 250 }, (_, index) => asker(`has-${index}`, { instances: [running(["next"])] })),
    asker("lacks", { instances: [running(["old"])] }),
  ];
  const { count, rows } = keyHoldersOf(KEY, askers, NOW);
  expect([count, rows.length, rows[0]?.name]).toEqual([251, 200, "lacks"]);
});
