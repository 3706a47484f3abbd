import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { importDetailOf, readImport } from "./import-row.ts";
import type { ImportRowsQuery } from "./input.ts";
import { IMPORT_PAGE, type ImportDetail, type ImportRow } from "./model.ts";

/** An import: the actor's own, or one that was applied. Needs what it takes to import its kind, or to see it where it was applied. @throws {DomainError} NOT_FOUND, FORBIDDEN */
export async function getImport(ctx: Context, { id }: { id: string }): Promise<ImportDetail> {
  return importDetailOf(await readImport(ctx.db, ctx, id));
}

/** Some of its rows in the order of the file, of an outcome where that is said; `next` is the line to go on after. @throws as `getImport` */
export async function listImportRows(
  ctx: Context,
  { id, outcome, after }: ImportRowsQuery & { id: string },
): Promise<{ rows: ImportRow[]; next: number | null }> {
  await readImport(ctx.db, ctx, id);
  const rows = await run<ImportRow>(
    ctx.db,
    sql`SELECT r.line, r.outcome, r.key, r.remark, r.target_id AS "targetId", r.given, r.before FROM people_import_row r
      WHERE r.import_id = ${id}::uuid AND r.line > ${after}::int ${outcome === undefined ? sql`` : sql`AND r.outcome = ${outcome}`}
      ORDER BY r.line LIMIT ${IMPORT_PAGE + 1}::int`,
  );
  const shown = rows.slice(0, IMPORT_PAGE).map((row) => ({ ...row }));
  return { rows: shown, next: rows.length > IMPORT_PAGE ? (shown.at(-1)?.line ?? null) : null };
}
