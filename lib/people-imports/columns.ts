import { isFormula, unguardCell } from "../input/formula-cell.ts";
import type { ImportKind } from "./model.ts";
import { unusableFile } from "./read-csv.ts";

/** Columns that change something; the first is what a row is known by. */
export const COLUMNS: Record<ImportKind, readonly [string, ...string[]]> = {
  users: ["email", "name", "groups"],
  groups: ["name", "description", "permissions"],
};

export type Header = { at: ReadonlyMap<string, number>; columns: string[]; passedOver: string[] };

const SHOWN_NAME = 40;

/** Reads a header, in any case; what changes nothing is passed over and said. @throws {DomainError} INVALID_INPUT */
export function readHeader(kind: ImportKind, cells: readonly string[]): Header {
  const names = cells.map((cell) => cell.trim().toLowerCase().replace("e-mail", "email"));
  const known = COLUMNS[kind];
  const twice = known.find((name) => names.indexOf(name) !== names.lastIndexOf(name));
  if (twice !== undefined) throw unusableFile(`The header has the column “${twice}” twice.`);
  if (!names.includes(known[0]))
    throw unusableFile(
      `The first line has no column “${known[0]}”. It must name the columns: ${known.join(", ")}.`,
    );
  return {
    at: new Map(
      known.flatMap((name) => (names.includes(name) ? [[name, names.indexOf(name)] as const] : [])),
    ),
    columns: known.filter((name) => names.includes(name)),
    passedOver: names
      .filter((name) => name !== "" && !known.includes(name))
      .map((name) => name.replace(/\p{Cc}/gu, "").slice(0, SHOWN_NAME))
      .slice(0, 50),
  };
}

/** A cell as it was before an export made it harmless. Null for one that a spreadsheet would take for a formula. */
export function plainCell(cell: string): string | null {
  const text = unguardCell(cell).trim();
  return isFormula(text) ? null : text;
}

/** Several names in a cell: by semicolons, or, where they have no spaces of their own, by spaces. */
export function namesIn(cell: string, hasSpaces: boolean): string[] {
  const names = cell.split(hasSpaces ? ";" : /[;\s]/).map((name) => name.trim());
  return [...new Set(names.filter((name) => name !== ""))];
}
