import { createHash } from "node:crypto";
import { CsvError, parse } from "csv-parse";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { IMPORT_LINE_BYTES, IMPORT_ROWS_MAX } from "./model.ts";

export type CsvRow = { line: number; cells: string[] };

/** A file that cannot be read as a whole. */
export function unusableFile(message: string): DomainError {
  return new DomainError("INVALID_INPUT", message, { fields: [{ path: "file", message }] });
}

/** The parts' bytes as text, one part in memory; hashed on the way. */
async function* textOf(tx: Sql, importId: string, hash: (bytes: Buffer) => void): AsyncGenerator<string> {
  const decoder = new TextDecoder("utf-8", { fatal: true });
  try {
    for (let number = 1; ; number += 1) {
      const [part] = await tx.query<{ content: Buffer }>(
        "SELECT content FROM people_import_part WHERE import_id = $1::uuid AND number = $2::int",
        [importId, number],
      );
      if (part === undefined) break;
      hash(part.content);
      yield decoder.decode(part.content, { stream: true });
    }
    yield decoder.decode();
  } catch (error) {
    if (error instanceof TypeError)
      throw unusableFile("The file is not UTF-8. Save it as “CSV UTF-8” and bring it again.");
    throw error;
  }
}

/** Spreadsheets of some countries write semicolons: the first line says which it is. */
function delimiterOf(text: string): string {
  const [first = ""] = text.split(/\r?\n/, 1);
  const count = (mark: string) => first.split(mark).length;
  return count(";") > count(",") ? ";" : ",";
}

function wordsOf(error: CsvError): string {
  const line = typeof error.lines === "number" ? `Line ${error.lines}: ` : "";
  switch (error.code) {
    case "CSV_QUOTE_NOT_CLOSED":
      return `${line}a quotation mark is not closed.`;
    case "CSV_INVALID_CLOSING_QUOTE":
    case "INVALID_OPENING_QUOTE":
      return `${line}a quotation mark stands where none may. Write a cell that has one in quotes, and the mark twice.`;
    case "CSV_MAX_RECORD_SIZE":
      return `${line}it is longer than ${IMPORT_LINE_BYTES / 1024} KiB.`;
    default:
      return `${line}it is no CSV.`;
  }
}

/**
 * The rows of an import's file, as RFC 4180 has them, by the line on which each ends: one part and one row in memory.
 *
 * @throws {DomainError} INVALID_INPUT for what is not UTF-8, no CSV, or longer than IMPORT_ROWS_MAX rows.
 */
export async function* readCsv(
  tx: Sql,
  importId: string,
  onHash: (digest: Buffer) => void,
): AsyncGenerator<CsvRow> {
  const hash = createHash("sha256");
  const text = textOf(tx, importId, (bytes) => hash.update(bytes));
  const first = await text.next();
  if (first.done === true || first.value === "") throw unusableFile("The file is empty.");
  const parser = parse({
    bom: true,
    delimiter: delimiterOf(first.value),
    info: true,
    max_record_size: IMPORT_LINE_BYTES,
    relax_column_count: true,
    skip_empty_lines: true,
  });
  const feeding = (async () => {
    try {
      parser.write(first.value);
      for await (const piece of text)
        if (!parser.write(piece)) await new Promise((resolve) => parser.once("drain", resolve));
      parser.end();
    } catch (error) {
      parser.destroy(error as Error);
    }
  })();
  let rows = 0;
  try {
    for await (const { record, info } of parser as AsyncIterable<{
      record: string[];
      info: { lines: number };
    }>) {
      rows += 1;
      // the header is no row
      if (rows > IMPORT_ROWS_MAX + 1)
        throw unusableFile(
          `The file has more than ${IMPORT_ROWS_MAX.toLocaleString("en")} rows. Nothing was read in: split it, and bring the pieces one after the other.`,
        );
      yield { line: info.lines, cells: record };
    }
    await feeding;
  } catch (error) {
    throw error instanceof CsvError ? unusableFile(wordsOf(error)) : error;
  } finally {
    parser.destroy();
  }
  onHash(hash.digest());
}
