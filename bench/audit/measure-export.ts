import type { Context } from "#lib/context.ts";
import { beginExport } from "#lib/exports/begin-export.ts";
import { createExport } from "#lib/exports/create-export.ts";
import type { ExportFormat } from "#lib/exports/model.ts";
import { streamExport } from "#lib/exports/stream-export.ts";

export type ExportReport = { format: ExportFormat; rows: number; rowsPerSecond: number; mbPerSecond: number };

/** Reads an export of the log's newest rows to its end, or until it has so many, as fast as it comes. */
export async function measureExport(
  contextNow: () => Context,
  format: ExportFormat,
  rowsMax: number,
): Promise<ExportReport> {
  const { id } = await createExport(contextNow(), { list: "token-uses", format, query: "" });
  const begun = await beginExport(contextNow(), id);
  const startedAt = performance.now();
  let [rows, bytes] = [0, 0];
  for await (const piece of streamExport(contextNow(), begun)) {
    bytes += piece.length;
    for (const byte of piece) if (byte === 10) rows += 1;
    if (rows >= rowsMax) break;
  }
  const seconds = (performance.now() - startedAt) / 1_000;
  return { format, rows, rowsPerSecond: rows / seconds, mbPerSecond: bytes / 1e6 / seconds };
}
