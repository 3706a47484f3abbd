import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { type Header, readHeader } from "./columns.ts";
import { importDetailOf, readImport } from "./import-row.ts";
import type { CompareImportInput } from "./input.ts";
import type { JudgedRow, ReadRow } from "./judge.ts";
import { remarkLookAlikes, skeletonOf } from "./look-alikes.ts";
import type { ImportDetail, ImportKind, ImportSummary } from "./model.ts";
import { readCsv, unusableFile } from "./read-csv.ts";
import { rowsOfKind } from "./rows-of-kind.ts";

/** Rows that are looked at together. */
export const IMPORT_BATCH = 1_000;
/** One file at a time is read: each takes seconds of the process. */
const READING_LOCK = 7_164_037;

function emptySummary(): ImportSummary {
  return { created: 0, changed: 0, unchanged: 0, refused: 0, added: 0, removed: 0, losing: 0 };
}

function listsOf(row: JudgedRow): { given: string[]; now: string[] } | null {
  const given = (row.given.groups ?? row.given.permissions) as string[] | undefined;
  if (given === undefined || row.outcome === "refused" || row.outcome === "unchanged") return null;
  const now = (row.before?.groups ?? row.before?.permissions) as string[] | undefined;
  return row.outcome === "created" ? { given, now: [] } : now === undefined ? null : { given, now };
}

function count(summary: ImportSummary, row: JudgedRow): void {
  summary[row.outcome] += 1;
  const lists = listsOf(row);
  if (lists === null) return;
  const removed = lists.now.filter((name) => !lists.given.includes(name)).length;
  summary.added += lists.given.filter((name) => !lists.now.includes(name)).length;
  summary.removed += removed;
  if (removed > 0) summary.losing += 1;
}

/** What the file says twice, and addresses of its own that look alike. */
function createFileWatch(kind: ImportKind) {
  const lineOf = new Map<string, number>();
  const bySkeleton = new Map<string, string>();
  return {
    read(row: ReadRow): ReadRow {
      if (row.problem !== null) return row;
      const key = row.key.toLowerCase();
      const before = lineOf.get(key);
      if (before !== undefined) return { ...row, problem: `It is on line ${before} already.` };
      lineOf.set(key, row.line);
      return row;
    },
    judged(row: JudgedRow): JudgedRow {
      if (kind !== "users" || row.outcome === "refused" || row.key === null) return row;
      const skeleton = skeletonOf(row.key);
      const other = bySkeleton.get(skeleton);
      bySkeleton.set(skeleton, row.key);
      return other === undefined || row.remark !== null
        ? row
        : { ...row, remark: `Looks like ${other}, on line ${lineOf.get(other)}.` };
    },
  };
}

async function saveRows(tx: Sql, importId: string, rows: readonly JudgedRow[]): Promise<void> {
  await tx.query(
    `INSERT INTO people_import_row (import_id, line, outcome, key, remark, target_id, given, before)
     SELECT $1::uuid, r.line, r.outcome, r.key, r.remark, r."targetId", r.given, r.before
     FROM json_to_recordset($2::json) AS r(line int, outcome text, key text, remark text, "targetId" uuid, given jsonb, before jsonb)`,
    [importId, JSON.stringify(rows)],
  );
}

/** @throws {DomainError} INVALID_INPUT where a part has not come, or one is there beyond the last: half a file would be taken for the whole. */
async function requireParts(tx: Sql, importId: string, parts: number): Promise<void> {
  const rows = await tx.query<{ number: number }>(
    "SELECT number FROM people_import_part WHERE import_id = $1::uuid ORDER BY number",
    [importId],
  );
  const there = new Set(rows.map(({ number }) => number));
  const missing = Array.from({ length: parts }, (_, index) => index + 1).find((number) => !there.has(number));
  const last = rows.at(-1)?.number ?? 0;
  if (missing === undefined && last === parts) return;
  const message =
    missing === undefined
      ? `The file came in ${last} parts, not in ${parts}.`
      : `Part ${missing} of ${parts} has not come. Send it, and compare again.`;
  throw new DomainError("INVALID_INPUT", message, { fields: [{ path: "parts", message }] });
}

async function compare(tx: Sql, importId: string, kind: ImportKind) {
  const ofKind = await rowsOfKind(tx, kind);
  const watch = createFileWatch(kind);
  const summary = emptySummary();
  let header: Header | null = null;
  let digest: Buffer | null = null;
  let batch: ReadRow[] = [];
  async function flush(): Promise<void> {
    if (batch.length === 0) return;
    const rows = (await ofKind.judge(tx, batch)).map(watch.judged);
    batch = [];
    for (const row of rows) count(summary, row);
    await saveRows(tx, importId, rows);
  }
  for await (const row of readCsv(tx, importId, (hash) => {
    digest = hash;
  })) {
    if (header === null) {
      header = readHeader(kind, row.cells);
      continue;
    }
    batch.push(watch.read(ofKind.read(header, row)));
    if (batch.length >= IMPORT_BATCH) await flush();
  }
  await flush();
  if (header === null) throw unusableFile("The file is empty.");
  return { summary, header, digest };
}

/**
 * Reads an import's file and compares it with the register, row by row: what would be created and changed, what is so already, what is refused and why.
 * Nothing of the register changes. What cannot be read as a file leaves nothing behind but its parts.
 *
 * @throws {DomainError} NOT_FOUND, CONFLICT where it was compared already, INVALID_INPUT for a file that cannot be used or of which a part is missing,
 *   TOO_MANY_ATTEMPTS while another one is read.
 */
export async function compareImport(
  ctx: Context,
  { id, parts }: CompareImportInput & { id: string },
): Promise<ImportDetail> {
  return ctx.db.transaction(async (tx) => {
    const record = await readImport(tx, ctx, id, { isLocked: true });
    if (record.state !== "reading")
      throw new DomainError("CONFLICT", "This file was read already. Begin another import.");
    const [lock] = await tx.query<{ taken: boolean }>(
      "SELECT pg_try_advisory_xact_lock($1::bigint) AS taken",
      [READING_LOCK],
    );
    if (lock?.taken !== true)
      throw new DomainError("TOO_MANY_ATTEMPTS", "Another file is being read. Try again in a moment.");
    await requireParts(tx, id, parts);
    const { summary, header, digest } = await compare(tx, id, record.kind);
    if (record.kind === "users") await remarkLookAlikes(tx, id);
    await tx.query("DELETE FROM people_import_part WHERE import_id = $1::uuid", [id]);
    await tx.query(
      `UPDATE people_import SET state = 'ready', file_hash = $2::bytea, columns = $3::text[], passed_over = $4::text[], summary = $5::jsonb
       WHERE id = $1::uuid`,
      [id, digest, header.columns, header.passedOver, JSON.stringify(summary)],
    );
    return importDetailOf(await readImport(tx, ctx, id));
  });
}
