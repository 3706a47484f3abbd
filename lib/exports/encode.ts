import { ocsfEventOf } from "../event-streams/ocsf-event.ts";
import type { StreamEvent } from "../event-streams/stream-event.ts";
import { guardCell } from "../input/formula-cell.ts";
import type { Cell, Columns } from "./columns.ts";
import type { ExportFormat } from "./model.ts";

export type Encode = (rows: readonly unknown[], isFirst: boolean) => string;

const LINE_END = "\r\n";
/** A line break alone is not the delimiter, and would stand bare. */
const TO_BE_QUOTED = /[",\r\n]/;

function csvCell(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number") return cell < 0 ? `'${cell}` : String(cell);
  const text = guardCell(cell);
  return TO_BE_QUOTED.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * Rows as text of a format, piece by piece. CSV as RFC 4180 has it, with a header in the first piece; cells that a spreadsheet would take for a
 * formula begin with an apostrophe (`guardCell`). NDJSON holds the rows as the API gives them, OCSF the event that each of them is. Of our own, not a library's: those took most of an export's time.
 */
export function encoderOf(
  format: ExportFormat,
  columns: Columns<unknown>,
  eventOf?: (row: unknown) => StreamEvent,
): Encode {
  switch (format) {
    case "ocsf": {
      if (eventOf === undefined) throw new Error("rows of this list are no events");
      return (rows) => rows.map((row) => `${JSON.stringify(ocsfEventOf(eventOf(row)))}\n`).join("");
    }
    case "ndjson":
      return (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join("");
    case "csv": {
      const header = Object.keys(columns).map(csvCell).join(",") + LINE_END;
      const cells = Object.values(columns);
      return (rows, isFirst) => {
        let text = isFirst ? header : "";
        for (const row of rows) {
          let separator = "";
          for (const cell of cells) {
            text += separator + csvCell(cell(row));
            separator = ",";
          }
          text += LINE_END;
        }
        return text;
      };
    }
    default:
      return format satisfies never;
  }
}
