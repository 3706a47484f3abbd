import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { hasStreams } from "../signals/append-signals.ts";
import { IMPORT_BATCH } from "./compare-import.ts";
import { type ImportRecord, importDetailOf, readImport, requireImport } from "./import-row.ts";
import type { JudgedRow, ReadRow } from "./judge.ts";
import type { ImportDetail, ImportKind } from "./model.ts";
import { rowsOfKind } from "./rows-of-kind.ts";
import { tellGroups, tellUsers } from "./tell-claims.ts";
import { writeGroups, writeUsers } from "./write-rows.ts";

const WRITE: Record<ImportKind, typeof writeUsers> = { users: writeUsers, groups: writeGroups };
const TELL: Record<ImportKind, typeof tellUsers> = { users: tellUsers, groups: tellGroups };

async function nextRows(tx: Sql, importId: string, after: number): Promise<JudgedRow[]> {
  return tx.query<JudgedRow>(
    `SELECT line, outcome, key, remark, target_id AS "targetId", given, before FROM people_import_row
     WHERE import_id = $1::uuid AND line > $2::int AND outcome IN ('created', 'changed') ORDER BY line LIMIT $3::int`,
    [importId, after, IMPORT_BATCH],
  );
}

const essence = ({ line, outcome, targetId, before }: JudgedRow) =>
  JSON.stringify([line, outcome, targetId, before]);

function changedMeanwhile(line: number): DomainError {
  return new DomainError(
    "PLAN_CHANGED",
    `What line ${line} is about has changed since the file was compared. Nothing was applied: bring the file again.`,
  );
}

/** @throws {DomainError} PLAN_CHANGED where applying a row would do something else than was shown. */
function requireAsShown(shown: readonly JudgedRow[], now: readonly JudgedRow[]): void {
  const other = shown.find((row, index) => essence(row) !== essence(now[index] as JudgedRow));
  if (other !== undefined) throw changedMeanwhile(other.line);
}

async function applyRows(tx: Sql, ctx: Context, record: ImportRecord): Promise<void> {
  const ofKind = await rowsOfKind(tx, record.kind, { isLocked: true });
  const isHeard = await hasStreams(tx);
  const changed: JudgedRow[] = [];
  let after = 0;
  for (;;) {
    const shown = await nextRows(tx, record.id, after);
    const last = shown.at(-1);
    if (last === undefined) break;
    after = last.line;
    const asRead = shown.map(
      ({ line, key, given }): ReadRow => ({ line, key: key as string, given, problem: null }),
    );
    requireAsShown(shown, await ofKind.judge(tx, asRead));
    await WRITE[record.kind](tx, ctx, shown);
    if (isHeard) changed.push(...shown.filter((row) => row.outcome === "changed" && losesOrGains(row)));
  }
  // the log's head is locked from here on
  if (isHeard) await TELL[record.kind](tx, ctx, changed);
}

function losesOrGains({ before }: JudgedRow): boolean {
  return before !== null && ("groups" in before || "permissions" in before);
}

/**
 * Applies a compared file, whole or not at all: in batches of one transaction, which keeps a batch in memory and ends with the entry. Refused rows are left out,
 * as they were shown. What has changed since the comparison is not overwritten. Tokens that are out keep what they carry; refreshes look again and never
 * widen. Recorded as `people.imported` with the file's hash; its rows stay for who wants to see them.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, ALREADY_ENDED for one that was applied, CONFLICT for one that was not compared, PLAN_CHANGED
 */
export async function applyImport(ctx: Context, { id }: { id: string }): Promise<ImportDetail> {
  return ctx.db.transaction(async (tx) => {
    const record = await readImport(tx, ctx, id, { isLocked: true });
    requireImport(ctx, record.kind);
    if (record.state === "applied")
      throw new DomainError("ALREADY_ENDED", "This import was applied already.");
    if (record.state === "reading" || record.summary === null)
      throw new DomainError("CONFLICT", "This file was not compared yet.");
    await applyRows(tx, ctx, record);
    const [file] = await tx.query<{ hash: string }>(
      `UPDATE people_import SET state = 'applied', applied_at = $2::timestamptz WHERE id = $1::uuid
       RETURNING encode(file_hash, 'hex') AS hash`,
      [id, ctx.now],
    );
    await recordEntry(tx, ctx, {
      act: "people.imported",
      target: { kind: record.kind === "users" ? "user_import" : "group_import", id, name: record.fileName },
      after: { kind: record.kind, columns: record.columns, ...record.summary, fileSha256: file?.hash },
    });
    return importDetailOf(await readImport(tx, ctx, id));
  });
}
