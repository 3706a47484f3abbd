import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { LIST_PERMISSION } from "../lists/permission.ts";
import type { SavedView } from "./model.ts";
import { keeperOf, VIEW_COLUMNS, type ViewRecord, viewOf } from "./view-row.ts";

/** One view, the actor's own or a shared one. Needs its list's own permission. @throws {DomainError} NOT_FOUND */
export async function getView(ctx: Context, { viewId }: { viewId: string }): Promise<SavedView> {
  const keeper = keeperOf(ctx);
  const [record] = isUuid(viewId)
    ? await run<ViewRecord>(
        ctx.db,
        sql`SELECT ${VIEW_COLUMNS} FROM saved_view v WHERE v.id = ${viewId}::uuid AND (v.is_shared OR v.owner_id = ${keeper.id})`,
      )
    : [];
  if (record === undefined) throw notFound("The view");
  requirePermission(ctx, LIST_PERMISSION[record.list]);
  return viewOf(record, keeper);
}
