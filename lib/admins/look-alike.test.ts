import { expect, test } from "vitest";
import { lookAlikeNote, looksAlike } from "./look-alike.ts";

test.each([
  ["morris@example.com", "rnorris@example.com"],
  ["bob@example.com", "b0b@example.com"],
  ["bill@example.com", "bi11@example.com"],
  ["ana.lima@example.com", "ana.1ima@example.com"],
  ["owen@example.com", "ovven@example.com"],
  ["olive@example.com", "ollive@example.com"],
  ["olive@example.com", "olve@example.com"],
  ["olive@example.com", "olive@examp1e.com"],
  ["olive@example.com", "olive@example.co"],
  ["olive@example.com", "olive@exarnple.com"],
  ["olive@example.com", "olive+admin@example.com"],
  ["Olive@Example.com", "0live@example.com"],
])("%s and %s are read as one", (one, other) => {
  expect(looksAlike(one, other)).toBe(true);
  expect(looksAlike(other, one)).toBe(true);
});

test.each([
  ["olive@example.com", "OLIVE@example.com"],
  ["ana@example.com", "ann@example.com"],
  ["olive@example.com", "oliver.stone@example.com"],
  ["olive@example.com", "olive@other.example"],
  ["olve@example.com", "olive@exampel.com"],
  ["on-call-2@example.com", "on-call-3@example.com"],
  ["on-call-10@example.com", "on-call-18@example.com"],
])("%s and %s are not", (one, other) => {
  expect(looksAlike(one, other)).toBe(false);
});

test("an address of the longest kind is compared in no time", () => {
  const long = `${"ab".repeat(32)}@${"cd".repeat(90)}.example`;
  const began = performance.now();
  for (let n = 0; n < 5_000; n += 1) looksAlike(long, `${long}x`);
  expect(performance.now() - began).toBeLessThan(5_000);
});

test("whoever is called as their address is not named twice", () => {
  const email = "o@example.com";
  expect(lookAlikeNote({ id: "1", email, name: "O@example.com" })).toBe(
    "easily read as o@example.com, who is an admin",
  );
  expect(lookAlikeNote({ id: "1", email, name: "Olive" })).toBe(
    "easily read as o@example.com, Olive, who is an admin",
  );
});
