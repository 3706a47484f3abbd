import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { parseListText } from "../lists/parse-list-text.ts";
import { LIST_PERMISSION } from "../lists/permission.ts";
import type { UpdateViewInput } from "./input.ts";
import type { SavedView } from "./model.ts";
import {
  fieldsOf,
  keeperOf,
  lockView,
  nameKey,
  requirePlace,
  scopeOf,
  VIEW_COLUMNS,
  type ViewRecord,
  viewOf,
} from "./view-row.ts";

function actOf(before: ViewRecord, after: ViewRecord): string {
  if (before.isShared === after.isShared) return "saved_view.updated";
  return after.isShared ? "saved_view.shared" : "saved_view.unshared";
}

/**
 * Changes a view's name, filters, order or columns, shares it or takes it back to its owner. Recorded as `saved_view.updated`, `.shared` or
 * `.unshared` where it is or was shared. For its owner; a shared one also with `shared-view:write`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, STALE_VERSION, CONFLICT, INVALID_INPUT
 */
export async function updateView(
  ctx: Context,
  { viewId, ...input }: UpdateViewInput & { viewId: string },
): Promise<SavedView> {
  const keeper = keeperOf(ctx);
  return ctx.db.transaction(async (tx) => {
    const view = await lockView(tx, keeper, viewId);
    requirePermission(ctx, LIST_PERMISSION[view.list]);
    await requireVersion(tx, input.version, {
      what: "The view",
      act: "saved_view.updated",
      targetId: viewId,
      version: view.version,
    });
    const next = {
      ...view,
      name: input.name ?? view.name,
      query: input.query ?? view.query,
      hiddenColumns: input.hiddenColumns === undefined ? view.hiddenColumns : input.hiddenColumns,
      isShared: input.isShared ?? view.isShared,
    };
    const changes = changesOf(fieldsOf(view), fieldsOf(next));
    if (changes === null) return viewOf(view, keeper);
    parseListText(view.list, next.query, "query");
    if (nameKey(next.name) !== nameKey(view.name) || scopeOf(next) !== scopeOf(view))
      await requirePlace(tx, next);
    const [record] = await run<ViewRecord>(
      tx,
      sql`UPDATE saved_view v SET name = ${next.name}, name_key = ${nameKey(next.name)}, scope = ${scopeOf(next)}, query = ${next.query},
          has_columns = ${next.hiddenColumns !== null}::boolean, hidden_columns = ${next.hiddenColumns ?? []}::text[],
          is_shared = ${next.isShared}::boolean, updated_at = ${ctx.now}::timestamptz, version = v.version + 1
        WHERE v.id = ${viewId}::uuid RETURNING ${VIEW_COLUMNS}`,
    );
    const updated = record as ViewRecord;
    if (view.isShared || updated.isShared)
      await recordEntry(tx, ctx, {
        act: actOf(view, updated),
        target: { kind: "saved_view", id: viewId, name: `${updated.name} of ${updated.list}` },
        ...changes,
      });
    return viewOf(updated, keeper);
  });
}
