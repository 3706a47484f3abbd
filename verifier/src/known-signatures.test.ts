import { expect, test, vi } from "vitest";
import { KnownSignatures } from "./known-signatures.ts";

const token = (claims: object, mark = "s") =>
  `h.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.${mark}`;
const now = () => Math.floor(Date.now() / 1_000);

test("a token is known for as long as the keys that it was checked with, and only as it was", () => {
  const known = new KnownSignatures();
  const claims = { jti: "a", exp: now() + 60 };
  known.add(token(claims), 1, claims);
  expect(known.claimsOf(token(claims), 1, 30)).toEqual(claims);
  expect(known.claimsOf(token(claims, "t"), 1, 30)).toBeNull();
  expect(known.claimsOf(token({ ...claims, jti: "b" }), 1, 30)).toBeNull();
  expect(known.claimsOf(token(claims), 2, 30)).toBeNull();
  // the keys of before do not come back
  expect(known.claimsOf(token(claims), 1, 30)).toBeNull();
});

test("what is written into the claims that it gave is not in those that it gives", () => {
  const known = new KnownSignatures();
  const claims = { jti: "a", scope: "read", exp: now() + 60 };
  known.add(token(claims), 1, claims);
  const given = known.claimsOf(token(claims), 1, 30);
  (given as { scope: string }).scope = "write";
  expect(known.claimsOf(token(claims), 1, 30)).toEqual(claims);
});

test("its times are looked at each time, with the tolerance", () => {
  vi.useFakeTimers();
  try {
    const known = new KnownSignatures();
    const claims = { nbf: now() + 20, exp: now() + 60 };
    known.add(token(claims), 1, claims);
    expect(known.claimsOf(token(claims), 1, 10)).toBeNull();
    vi.advanceTimersByTime(10_000);
    expect(known.claimsOf(token(claims), 1, 10)).toEqual(claims);
    vi.advanceTimersByTime(59_000);
    expect(known.claimsOf(token(claims), 1, 10)).toEqual(claims);
    vi.advanceTimersByTime(1_000);
    expect(known.claimsOf(token(claims), 1, 10)).toBeNull();
  } finally {
    vi.useRealTimers();
  }
});

test("so many are known and no more: the least lately used goes first, and one without an end is not known", () => {
  const known = new KnownSignatures(2);
  const claims = { exp: now() + 60 };
  for (const mark of ["a", "b"]) known.add(token(claims, mark), 1, claims);
  expect(known.claimsOf(token(claims, "a"), 1, 0)).not.toBeNull();
  known.add(token(claims, "c"), 1, claims);
  expect(known.claimsOf(token(claims, "b"), 1, 0)).toBeNull();
  expect(known.claimsOf(token(claims, "a"), 1, 0)).not.toBeNull();
  known.add(token({}, "d"), 1, {});
  expect(known.claimsOf(token({}, "d"), 1, 0)).toBeNull();
});
