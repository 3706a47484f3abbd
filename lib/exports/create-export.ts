import { requireApproval } from "../approvals/require-approval.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import type { Total } from "../list-query/define-table.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { LIST_PLACES } from "../lists/model.ts";
import { parseListText } from "../lists/parse-list-text.ts";
import { LIST_PERMISSION } from "../lists/permission.ts";
import { TABLES } from "../lists/table.ts";
import { EXPORT_COLUMNS, type ExportRecord, exportDetailOf } from "./export-row.ts";
import type { CreateExportInput } from "./input.ts";
import {
  EXPORT_FORMAT_WORDS,
  type ExportDetail,
  exportFormatsOf,
  FETCH_WITHIN_SECONDS,
  OPEN_EXPORTS_OF_ALL,
  OPEN_EXPORTS_OF_ONE,
  rowsMaxOf,
} from "./model.ts";
import { instantWords, querySentences } from "./query-sentences.ts";
import { SILENT_SECONDS } from "./silence.ts";
import { EXPORT_SOURCES } from "./sources.ts";

/** Two that come at once are counted one after the other. */
const COUNTING_LOCK = 7_164_015;

async function requireRoom(tx: Sql, ctx: Context): Promise<void> {
  await run(tx, sql`SELECT pg_advisory_xact_lock(${COUNTING_LOCK}::bigint)::text`);
  const [open] = await run<{ own: bigint; all: bigint }>(
    tx,
    sql`SELECT count(*) FILTER (WHERE actor_id = ${ctx.actor.id}) AS own, count(*) AS all FROM list_export
      WHERE (state = 'waiting' AND created_at > ${ctx.now}::timestamptz - make_interval(secs => ${FETCH_WITHIN_SECONDS}::int))
        OR (state = 'running' AND seen_at > ${ctx.now}::timestamptz - make_interval(secs => ${SILENT_SECONDS}::int))`,
  );
  if (Number(open?.own ?? 0) >= OPEN_EXPORTS_OF_ONE)
    throw new DomainError(
      "TOO_MANY_ATTEMPTS",
      `${OPEN_EXPORTS_OF_ONE} exports of yours are under way. Wait for one to end, or cancel it.`,
    );
  if (Number(open?.all ?? 0) >= OPEN_EXPORTS_OF_ALL)
    throw new DomainError(
      "TOO_MANY_ATTEMPTS",
      "Too many exports are under way. Wait for one to end and try again.",
    );
}

/** How many rows leave, counted in time; undefined where that could not be told. */
async function countRows(ctx: Context, { list, query: text }: CreateExportInput): Promise<Total | undefined> {
  requirePermission(ctx, LIST_PERMISSION[list]);
  const query = parseListText(list, text, "query");
  const { readPage, count, tell } = EXPORT_SOURCES[list];
  const counts = tell ?? count;
  return counts === undefined ? (await readPage(ctx, query)).total : counts(ctx, query);
}

const grouped = (rows: number) => `${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"}`;

/** What leaves, for who decides: how many rows as they are now and how many it may come to, which columns, over which time and by which filters. Told in time, or said not to be known. */
async function toldOf(
  ctx: Context,
  input: CreateExportInput,
): Promise<{ title: string; says: string[]; rows?: Total }> {
  const { list, format, query: text } = input;
  const total = await countRows(ctx, input);
  const query = parseListText(list, text, "query");
  const rows = total === undefined ? null : `${total.isExact ? "" : "at least "}${grouped(total.value)}`;
  const { title } = LIST_PLACES[list];
  const names = Object.keys(EXPORT_SOURCES[list].columns);
  const filter = Object.keys(query.filters).length === 0 ? "" : ", filtered";
  const max = rowsMaxOf(total);
  return {
    title: `Export ${rows === null ? "" : `${rows} of `}${title} as ${EXPORT_FORMAT_WORDS[format].name}${filter}`,
    says: [
      `The list ${title} leaves as a file: ${rows ?? "a number of rows that could not be told"} on ${instantWords(ctx.now)}, when it was asked for, with ${names.length} columns: ${names.join(", ")}.`,
      max === null
        ? "How many rows it may come to until it is fetched is not bounded by this approval."
        : `It may have grown to ${grouped(max)} when it is fetched. What is more than that does not leave.`,
      ...querySentences(TABLES[list], query, ctx.now),
    ],
    ...(total === undefined ? {} : { rows: total }),
  };
}

/** Of what was approved, how many rows may leave. @throws {DomainError} PLAN_CHANGED where there are more by now. */
async function requireAsTold(ctx: Context, input: CreateExportInput): Promise<number | null> {
  const told = ctx.pass?.shownRows;
  const max = rowsMaxOf(told);
  if (told == null || max === null) return null;
  const now = await countRows(ctx, input);
  if (now === undefined || now.value <= max) return max;
  const many = `${now.isExact ? "" : "at least "}${grouped(now.value)}`;
  throw new DomainError("PLAN_CHANGED", `It would be ${many} instead of ${told.value.toLocaleString("en")}.`);
}

/**
 * Prepares an export of what a list's filters match, in the list's order. Its file can be fetched once, by the same actor, within a minute;
 * the log has it from then on. One that was approved may come to little more than who approved it was told. Needs `export:create` and the list's own permission.
 *
 * @throws {DomainError} INVALID_INPUT naming a bad filter, TOO_MANY_ATTEMPTS where too many are open, PLAN_CHANGED where an approved one has grown far beyond what was told, FORBIDDEN
 */
export async function createExport(ctx: Context, input: CreateExportInput): Promise<ExportDetail> {
  requirePermission(ctx, "export:create");
  // what was approved is not told again
  const isTold = ctx.pass !== undefined && ctx.pass.approval?.way !== "asked";
  await requireApproval(ctx, "exports", isTold ? await toldOf(ctx, input) : {});
  const rowsMax = await requireAsTold(ctx, input);
  requirePermission(ctx, LIST_PERMISSION[input.list]);
  if (!exportFormatsOf(input.list).includes(input.format))
    throw new DomainError("INVALID_INPUT", "This list is not exported in that format.", {
      fields: [{ path: "format", message: `must be one of ${exportFormatsOf(input.list).join(", ")}` }],
    });
  parseListText(input.list, input.query, "query");
  return ctx.db.transaction(async (tx) => {
    await requireRoom(tx, ctx);
    const [record] = await run<ExportRecord>(
      tx,
      sql`INSERT INTO list_export AS x (id, list, format, query, actor_kind, actor_id, actor_name, state, created_at, rows_max)
        VALUES (${uuidv7(ctx.now)}::uuid, ${input.list}, ${input.format}, ${input.query}, ${ctx.actor.kind}, ${ctx.actor.id},
          ${ctx.actor.name}, 'waiting', ${ctx.now}::timestamptz, ${rowsMax}::bigint) RETURNING ${EXPORT_COLUMNS}`,
    );
    return exportDetailOf(record as ExportRecord);
  });
}
