import Papa from "papaparse";
import { describe, expect, test } from "vitest";
import type { Columns } from "./columns.ts";
import { encoderOf } from "./encode.ts";

type Row = { name: string; count: number; note: string | null };
const columns: Columns<Row> = {
  name: (row) => row.name,
  count: (row) => row.count,
  note: (row) => row.note,
};
const csv = encoderOf("csv", columns as Columns<unknown>);
const ndjson = encoderOf("ndjson", columns as Columns<unknown>);

function readBack(text: string): string[][] {
  const { data, errors } = Papa.parse<string[]>(text, { newline: "\r\n", skipEmptyLines: true });
  expect(errors).toEqual([]);
  return data;
}

const HOSTILE = [
  'a "quoted" name',
  "comma, semicolon; and\ttab",
  "two\nlines",
  "old\rMac",
  "Windows\r\nlines",
  "Zoë 漢字 🙈",
  "\u202eright to left",
  "'apostrophe",
  "   spaces   ",
  "{}[]<script>alert(1)</script>",
];

describe("P18: CSV", () => {
  test("another parser reads the same values back, whatever stands in them", () => {
    const rows = HOSTILE.map((name, index): Row => ({ name, count: index, note: null }));
    const text = csv(rows, true);
    expect(readBack(text)).toEqual([
      ["name", "count", "note"],
      ...rows.map((row) => [row.name, String(row.count), ""]),
    ]);
  });

  test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\rx", '=cmd|" /C calc"!A0', "＝1+1"])(
    "a cell that begins as a formula does is made text: %j",
    (name) => {
      const [, [cell] = []] = readBack(csv([{ name, count: 1, note: null }], true));
      expect(cell).toBe(`'${name}`);
    },
  );

  test("a name that begins with an apostrophe and a formula is not taken for the formula", () => {
    const names = ["=x", "'=x", "''=x"];
    const rows = names.map((name): Row => ({ name, count: 1, note: null }));
    expect(readBack(csv(rows, false)).map(([cell]) => cell)).toEqual(["'=x", "''=x", "'''=x"]);
  });

  test("has its header once, also where nothing matches", () => {
    expect(csv([], true)).toBe("name,count,note\r\n");
    expect(csv([{ name: "a", count: 1, note: "b" }], false)).toBe("a,1,b\r\n");
  });
});

describe("P18: NDJSON", () => {
  test("is one object a line, whatever stands in it", () => {
    const rows = HOSTILE.map((name, index): Row => ({ name, count: index, note: "\u0000\u001b[2J" }));
    const lines = ndjson(rows, true).split("\n");
    expect(lines.pop()).toBe("");
    expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
    expect(ndjson([], true)).toBe("");
  });
});
