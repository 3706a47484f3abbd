import { expect, test } from "vitest";
import { shareRows } from "./share-rows.ts";

const rows = () => [
  { id: "a", state: "active", groups: ["x"] },
  { id: "b", state: "active", groups: [] },
];

test("a row that says the same is the same object, a changed and a new one are not", () => {
  const known = rows();
  const next = [{ id: "c", state: "active", groups: [] }, ...rows()];
  (next[2] as { state: string }).state = "revoked";
  const shared = shareRows(known, next);
  expect(shared.map(({ id, state }) => [id, state])).toEqual([
    ["c", "active"],
    ["a", "active"],
    ["b", "revoked"],
  ]);
  expect(shared[1]).toBe(known[0]);
  expect(shared[2]).not.toBe(known[1]);
});

test("a list in which nothing changed is the same list, and one in another order is not", () => {
  const known = rows();
  expect(shareRows(known, rows())).toBe(known);
  expect(shareRows(known, rows().reverse()).map(({ id }) => id)).toEqual(["b", "a"]);
});
