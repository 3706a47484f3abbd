import fc from "fast-check";
import { expect, test } from "vitest";
import { type MarkWords, placeWords, ROWS, rowsOf, widestGap } from "./place-words.ts";

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

test("five marks that crowd at either end keep their words in the plot, apart, in as many lines as that takes", () => {
  const within = fc.double({ min: 0, max: 0.07, noNaN: true });
  const widths = fc.array(fc.double({ min: 0.08, max: 0.6, noNaN: true }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(
      fc.array(within, { minLength: 5, maxLength: 5 }),
      widths,
      fc.boolean(),
      (offsets, width, isEnd) => {
        const places = offsets.map((offset) => (isEnd ? 0.97 - offset : 0.03 + offset)).sort((a, b) => a - b);
        const marks = places.map((place, index) => word(place, { width: width[index] as number }));
        const placed = placeWords(marks);
        expect(rowsOf(marks, placed)).toBeLessThanOrEqual(5);
        for (const [index, one] of placed.entries()) {
          const mine = width[index] as number;
          expect(one.from).toBeGreaterThanOrEqual(0);
          expect(one.from + mine).toBeLessThanOrEqual(1 + 1e-9);
          for (const [at, other] of placed.entries()) {
            if (at === index) continue;
            const isApart =
              one.row !== other.row ||
              one.from + mine <= other.from ||
              other.from + (width[at] as number) <= one.from;
            expect(isApart, "words stand on words").toBe(true);
            const line = places[at] as number;
            if (one.from < line && line < one.from + mine)
              expect(other.lineRow, "a line goes through words").toBeGreaterThan(one.row);
          }
        }
      },
    ),
  );
});

test("the widest room between marks is found", () => {
  expect(widestGap([0.1, 0.9]).middle).toBeCloseTo(0.5);
  expect(widestGap([0.03, 0.2])).toMatchObject({ width: 0.8 });
  expect(widestGap([])).toEqual({ middle: 0.5, width: 1 });
});
