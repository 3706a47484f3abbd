import fc from "fast-check";
import { expect, test } from "vitest";
import { type MarkWords, placeWords, ROWS, widestGap } from "./place-words.ts";

const word = (place: number, more: Partial<MarkWords> = {}): MarkWords => ({
  place,
  width: 0.2,
  lines: 1,
  ...more,
});
const glance = (marks: MarkWords[]) => placeWords(marks).map(({ side, row }) => `${side} ${row}`);

test("words that have room stand in the first line, after an early mark and before a late one", () => {
  expect(glance([word(0.03), word(0.5), word(0.97)])).toEqual(["after 0", "after 0", "before 0"]);
});

test("words that would cover others stand below them, and their mark's line begins there", () => {
  expect(glance([word(0.03), word(0.05)])).toEqual(["after 0", "after 1"]);
  expect(placeWords([word(0.03), word(0.05)])[1]?.lineRow).toBe(1);
  expect(glance([word(0.03, { lines: 2 }), word(0.05)])).toEqual(["after 0", "after 2"]);
});

test("no mark's line goes through the words of another", () => {
  const marks = [word(0.03, { width: 0.16 }), word(0.1, { width: 0.55, lines: 2 })];
  const [issued, revoked] = placeWords(marks);
  expect(issued).toMatchObject({ row: 0 });
  expect(revoked?.lineRow).toBeGreaterThanOrEqual(1);
});

test("words that fit neither after nor before their mark stand over it", () => {
  const [, middle] = placeWords([word(0.03, { width: 0.16 }), word(0.5, { width: 0.7, lines: 2 })]);
  expect(middle).toMatchObject({ side: "over", lineRow: 3 });
  expect(middle?.from).toBeGreaterThanOrEqual(0);
});

test("wherever an issue and an end are, nothing collides and all words stay in the plot", () => {
  const place = fc.double({ min: 0.03, max: 0.97, noNaN: true });
  fc.assert(
    fc.property(place, fc.double({ min: 0.1, max: 0.65, noNaN: true }), (end, width) => {
      const marks = [word(0.03, { width: 0.19 }), word(end, { width, lines: 2 })];
      const placed = placeWords(marks);
      for (const [index, at] of placed.entries()) {
        const mark = marks[index] as MarkWords;
        expect(at.from).toBeGreaterThanOrEqual(0);
        expect(at.from + mark.width).toBeLessThanOrEqual(1 + 1e-9);
        expect(at.row + mark.lines).toBeLessThanOrEqual(ROWS);
        const other = placed[1 - index];
        const line = marks[1 - index]?.place ?? 0;
        const isThrough = at.from < line && line < at.from + mark.width;
        if (isThrough) expect(other?.lineRow).toBeGreaterThanOrEqual(at.row + mark.lines);
      }
      const [one, two] = placed;
      const isSideBySide =
        (one?.from ?? 0) + 0.19 <= (two?.from ?? 0) || (two?.from ?? 0) + width <= (one?.from ?? 0);
      if (!isSideBySide) expect(one?.row === 2 ? (two?.row ?? 0) === 0 : (two?.row ?? 0) >= 1).toBe(true);
    }),
  );
});

test("the widest room between marks is found", () => {
  expect(widestGap([0.1, 0.9]).middle).toBeCloseTo(0.5);
  expect(widestGap([0.03, 0.2])).toMatchObject({ width: 0.8 });
  expect(widestGap([])).toEqual({ middle: 0.5, width: 1 });
});
