/** What a spreadsheet takes a cell for a formula by, the full-width ones of East Asian keyboards among it. */
const FORMULA_SIGNS = "=+\\-@\\t\\r\\uff1d\\uff0b\\uff0d\\uff20";
const FORMULA = new RegExp(`^[${FORMULA_SIGNS}]`);
/** Apostrophes before a formula count too, or a name that has one of its own could not be told from one that was guarded. */
const TO_BE_GUARDED = new RegExp(`^'*[${FORMULA_SIGNS}]`);
const GUARDED = new RegExp(`^'(?='*[${FORMULA_SIGNS}])`);

/** Whether a spreadsheet would compute a cell instead of showing it. */
export function isFormula(cell: string): boolean {
  return FORMULA.test(cell);
}

/** A cell as no spreadsheet computes it: an apostrophe stands before what would be a formula without those that it begins with. */
export function guardCell(cell: string): string {
  return TO_BE_GUARDED.test(cell) ? `'${cell}` : cell;
}

/** A cell as it was before `guardCell`. */
export function unguardCell(cell: string): string {
  return cell.replace(GUARDED, "");
}
