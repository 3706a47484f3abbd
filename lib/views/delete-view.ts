import { requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { fieldsOf, keeperOf, lockView } from "./view-row.ts";

/**
 * Deletes a view. A shared one is recorded as `saved_view.deleted`, with what it held. For its owner; a shared one also with `shared-view:write`.
 *
 * @throws {DomainError} NOT_FOUND, FORBIDDEN, and STALE_VERSION where a version is named and it is another one
 */
export async function deleteView(
  ctx: Context,
  { viewId, version }: { viewId: string; version?: number | undefined },
): Promise<{ id: string }> {
  const keeper = keeperOf(ctx);
  return ctx.db.transaction(async (tx) => {
    const view = await lockView(tx, keeper, viewId);
    await requireVersion(tx, version ?? view.version, {
      what: "The view",
      act: "saved_view.updated",
      targetId: viewId,
      version: view.version,
    });
    await run(tx, sql`DELETE FROM saved_view WHERE id = ${viewId}::uuid`);
    if (view.isShared)
      await recordEntry(tx, ctx, {
        act: "saved_view.deleted",
        target: { kind: "saved_view", id: viewId, name: `${view.name} of ${view.list}` },
        before: fieldsOf(view),
      });
    return { id: viewId };
  });
}
