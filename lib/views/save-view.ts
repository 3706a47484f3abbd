import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { uuidv7 } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { parseListText } from "../lists/parse-list-text.ts";
import { LIST_PERMISSION } from "../lists/permission.ts";
import type { SaveViewInput } from "./input.ts";
import type { SavedView } from "./model.ts";
import {
  fieldsOf,
  keeperOf,
  nameKey,
  requirePlace,
  scopeOf,
  VIEW_COLUMNS,
  type ViewRecord,
  viewOf,
} from "./view-row.ts";

/**
 * Keeps a list's filters, order and columns under a name: for the actor alone, or shared with everybody who may read the list. A shared one is
 * recorded as `saved_view.shared`. Needs the list's own permission.
 *
 * @throws {DomainError} INVALID_INPUT naming a bad filter, CONFLICT for a name that is taken or where there are too many.
 */
export async function saveView(ctx: Context, input: SaveViewInput): Promise<SavedView> {
  requirePermission(ctx, LIST_PERMISSION[input.list]);
  const keeper = keeperOf(ctx);
  parseListText(input.list, input.query, "query");
  return ctx.db.transaction(async (tx) => {
    const id = uuidv7(ctx.now);
    const view = { ...input, id, ownerId: keeper.id };
    await requirePlace(tx, view);
    const [record] = await run<ViewRecord>(
      tx,
      sql`INSERT INTO saved_view AS v (id, list, name, name_key, scope, query, has_columns, hidden_columns, is_shared, owner_id, owner_name,
          created_at, updated_at)
        VALUES (${id}::uuid, ${input.list}, ${input.name}, ${nameKey(input.name)}, ${scopeOf(view)}, ${input.query},
          ${input.hiddenColumns !== null}::boolean, ${input.hiddenColumns ?? []}::text[], ${input.isShared}::boolean, ${keeper.id},
          ${keeper.name}, ${ctx.now}::timestamptz, ${ctx.now}::timestamptz)
        RETURNING ${VIEW_COLUMNS}`,
    );
    const saved = record as ViewRecord;
    if (saved.isShared)
      await recordEntry(tx, ctx, {
        act: "saved_view.shared",
        target: { kind: "saved_view", id, name: `${saved.name} of ${saved.list}` },
        after: fieldsOf(saved),
      });
    return viewOf(saved, keeper);
  });
}
