import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { ListName } from "../lists/model.ts";
import { EXPORT_FORMAT_WORDS, type ExportDetail, type ExportFormat, type ExportState } from "./model.ts";

/** A row of `list_export x` as EXPORT_COLUMNS gives it. */
export type ExportRecord = {
  id: string;
  list: ListName;
  format: ExportFormat;
  query: string;
  actorId: string;
  state: ExportState;
  createdAt: Date;
  beganAt: Date | null;
  endedAt: Date | null;
  rows: bigint;
  bytes: bigint;
  rowsMax: bigint | null;
  total: bigint | null;
  totalIsExact: boolean;
  problem: string | null;
};

export const EXPORT_COLUMNS = sql`x.id, x.list, x.format, x.query, x.actor_id AS "actorId", x.state, x.created_at AS "createdAt",
  x.began_at AS "beganAt", x.ended_at AS "endedAt", x.rows, x.bytes, x.rows_max AS "rowsMax", x.total, x.total_is_exact AS "totalIsExact", x.problem`;

export function exportDetailOf(record: ExportRecord): ExportDetail {
  return {
    id: record.id,
    list: record.list,
    format: record.format,
    query: record.query,
    state: record.state,
    rows: Number(record.rows),
    bytes: Number(record.bytes),
    rowsMax: record.rowsMax === null ? null : Number(record.rowsMax),
    total: record.total === null ? null : { value: Number(record.total), isExact: record.totalIsExact },
    createdAt: record.createdAt.toISOString(),
    beganAt: record.beganAt?.toISOString() ?? null,
    endedAt: record.endedAt?.toISOString() ?? null,
    problem: record.problem,
  };
}

/** What an export is called in the log. */
export function exportName(record: Pick<ExportRecord, "list" | "format">): string {
  return `${record.list} as ${EXPORT_FORMAT_WORDS[record.format].name}`;
}

/**
 * The actor's own export, locked for the transaction where `isLocked`.
 *
 * @throws {DomainError} NOT_FOUND for one that is not there or somebody else's.
 */
export async function readOwnExport(
  tx: Sql,
  ctx: Context,
  id: string,
  isLocked: boolean,
): Promise<ExportRecord> {
  const [record] = isUuid(id)
    ? await run<ExportRecord>(
        tx,
        sql`SELECT ${EXPORT_COLUMNS} FROM list_export x WHERE x.id = ${id}::uuid AND x.actor_id = ${ctx.actor.id} ${isLocked ? sql`FOR UPDATE` : sql``}`,
      )
    : [];
  if (record === undefined) throw notFound("The export");
  return record;
}
