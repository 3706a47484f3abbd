import { expect, test } from "vitest";
import { drawnAtOnce, rowsInWindow } from "./rows-in-view.ts";

const rows = ["a", "b", "c", "d", "e"].map((id) => ({ id }));
const ids = (some: { id: string }[]) => some.map(({ id }) => id).join("");

test("of a new page as many rows are drawn at once as fit into the window", () => {
  expect(rowsInWindow(900, 36)).toBe(25);
  expect(rowsInWindow(10, 36)).toBe(1);
  expect(ids(drawnAtOnce(rows, new Set(), 2))).toBe("ab");
  expect(drawnAtOnce(rows, new Set(), 5)).toBe(rows);
});

test("a row that is drawn stays, where others come before it too, and what is whole is the page itself", () => {
  expect(ids(drawnAtOnce(rows, new Set(["b", "d", "x"]), 1))).toBe("abd");
  expect(drawnAtOnce(rows, new Set(["b", "c", "d", "e"]), 1)).toBe(rows);
});
