import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { ListName } from "../lists/model.ts";
import { LIST_PERMISSION } from "../lists/permission.ts";
import { OWN_VIEWS_MAX, type SavedView, SHARED_VIEWS_MAX } from "./model.ts";
import { keeperOf, VIEW_COLUMNS, type ViewRecord, viewOf } from "./view-row.ts";

/** The actor's own views of a list and the shared ones, by name. Needs the list's own permission. */
export async function listViews(ctx: Context, list: ListName): Promise<SavedView[]> {
  requirePermission(ctx, LIST_PERMISSION[list]);
  const keeper = keeperOf(ctx);
  const records = await run<ViewRecord>(
    ctx.db,
    sql`SELECT ${VIEW_COLUMNS} FROM saved_view v WHERE v.list = ${list} AND v.scope = ANY (ARRAY['shared', ${keeper.id}::text])
      ORDER BY v.name_key, v.id LIMIT ${OWN_VIEWS_MAX + SHARED_VIEWS_MAX}::int`,
  );
  return records.map((record) => viewOf(record, keeper));
}
