import { stringify } from "csv-stringify/sync";
import type { Columns } from "./columns.ts";
import type { ExportFormat } from "./model.ts";

export type Encode = (rows: readonly unknown[], isFirst: boolean) => string;

/**
 * Rows as text of a format, piece by piece. CSV as RFC 4180 has it, with a header in the first piece; cells that a spreadsheet would take for a
 * formula begin with an apostrophe. NDJSON holds the rows as the API gives them.
 */
export function encoderOf(format: ExportFormat, columns: Columns<unknown>): Encode {
  switch (format) {
    case "ndjson":
      return (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    case "csv": {
      const names = Object.keys(columns);
      const cells = Object.values(columns);
      return (rows, isFirst) =>
        stringify([...(isFirst ? [names] : []), ...rows.map((row) => cells.map((cell) => cell(row)))], {
          record_delimiter: "windows",
          escape_formulas: true,
          // a line break alone is not the delimiter, and would stand bare
          quoted_match: /[\r\n]/,
        });
    }
    default:
      return format satisfies never;
  }
}
