import fc from "fast-check";
import { expect, test } from "vitest";
import { whereJsonBreaks } from "./where-json-breaks.ts";

test.each([
  ['{"a":1', { line: 1, column: 7, isCut: true }],
  ['{"a":"half of a te', { line: 1, column: 19, isCut: true }],
  ['{"a":tru', { line: 1, column: 9, isCut: true }],
  ['{\n  "a": [1,\n', { line: 3, column: 1, isCut: true }],
  ['{"a":"\\u12', { line: 1, column: 11, isCut: true }],
  ["-", { line: 1, column: 2, isCut: true }],
  ['{"a":x}', { line: 1, column: 6, isCut: false }],
  ['{"a":1,}', { line: 1, column: 8, isCut: false }],
  ['{"a" 1}', { line: 1, column: 6, isCut: false }],
  ['{"a":1}}', { line: 1, column: 8, isCut: false }],
  ['{\n  "a": 1\n  "b": 2\n}', { line: 3, column: 3, isCut: false }],
  ['{"a":"\\x"}', { line: 1, column: 8, isCut: false }],
  ["a=1", { line: 1, column: 1, isCut: false }],
  ["[1,2,NaN]", { line: 1, column: 6, isCut: false }],
  [`{"secret":"twk_abc","b":'c'}`, { line: 1, column: 25, isCut: false }],
])("%j breaks where it breaks", (text, where) => {
  expect(whereJsonBreaks(text)).toEqual(where);
});

test("whatever JSON is cut off is cut off at its end", () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), (text, n) => {
      const cut = text.slice(0, n % text.length);
      try {
        JSON.parse(cut);
      } catch {
        expect(whereJsonBreaks(cut)).toMatchObject({ isCut: true, column: cut.length + 1 });
      }
    }),
  );
});

test("a character that JSON has nowhere is found wherever it stands outside of a text", () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1 }), fc.nat(), (numbers, n) => {
      const text = JSON.stringify(numbers);
      const at = n % text.length;
      const broken = `${text.slice(0, at)}#${text.slice(at)}`;
      expect(whereJsonBreaks(broken)).toEqual({ line: 1, column: at + 1, isCut: false });
    }),
  );
});
