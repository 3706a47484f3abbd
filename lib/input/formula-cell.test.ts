import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { propertyRuns } from "../test-property-runs.ts";
import { guardCell, isFormula, unguardCell } from "./formula-cell.ts";

describe("a cell that a spreadsheet might compute", () => {
  const cell = fc
    .tuple(
      fc.constantFrom("", "'", "''"),
      fc.constantFrom("", "=", "+", "-", "@", "\t", "\r", "＝"),
      fc.string(),
    )
    .map((parts) => parts.join(""));

  test("is text once it is guarded, and is read back as it was", () => {
    fc.assert(
      fc.property(cell, (text) => {
        expect(isFormula(guardCell(text))).toBe(false);
        expect(unguardCell(guardCell(text))).toBe(text);
      }),
      { numRuns: propertyRuns(500) },
    );
  });

  test("does not come out as another one does", () => {
    expect(guardCell("=x")).toBe("'=x");
    expect(guardCell("'=x")).toBe("''=x");
    expect(guardCell("'tis")).toBe("'tis");
  });
});
