import fc from "fast-check";
import { expect, test } from "vitest";
import { holdRows } from "./hold-rows.ts";

const rowsOf = (text: string) => [...text].map((id) => ({ id, state: "live" }));
const idsOf = (rows: { id: string }[]) => rows.map(({ id }) => id).join("");

test("new rows above wait and are counted; those that they push off the page stay", () => {
  const held = holdRows(rowsOf("defgh"), rowsOf("abcde"));
  expect(held.newer).toBe(3);
  expect(idsOf(held.rows)).toBe("defgh");
});

test("a row that stays says what it says now", () => {
  const given = [
    { id: "a", state: "live" },
    { id: "b", state: "revoked" },
  ];
  expect(holdRows(rowsOf("bc"), given).rows).toEqual([
    { id: "b", state: "revoked" },
    { id: "c", state: "live" },
  ]);
});

test("a row that left from among the others leaves", () => {
  expect(idsOf(holdRows(rowsOf("bcd"), rowsOf("abd")).rows)).toBe("bd");
});

test("where nothing new is above the page is shown as it is, with what follows at its end", () => {
  expect(holdRows(rowsOf("abcd"), rowsOf("abde"))).toEqual({ rows: rowsOf("abde"), newer: 0 });
  expect(holdRows([], rowsOf("ab"))).toEqual({ rows: [], newer: 0 });
});

test("where all are new every row stays, and a page of them waits", () => {
  expect(holdRows(rowsOf("de"), rowsOf("ab"))).toEqual({ rows: rowsOf("de"), newer: 2 });
});

test("no row that was shown and is still there moves past another one, and none comes in above", () => {
  const ids = fc.uniqueArray(fc.constantFrom(..."abcdefghijkl"), { maxLength: 8 });
  fc.assert(
    fc.property(ids, ids, (was, now) => {
      const [shown, given] = [was.sort(), now.sort()];
      const { rows, newer } = holdRows(
        shown.map((id) => ({ id })),
        given.map((id) => ({ id })),
      );
      expect(rows.map(({ id }) => id)).toEqual(rows.map(({ id }) => id).sort());
      if (newer > 0) expect(rows.every(({ id }) => shown.includes(id))).toBe(true);
    }),
  );
});
