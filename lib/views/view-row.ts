import { type Role, roleHas } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError, notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { ListName } from "../lists/model.ts";
import { mayChangeView, OWN_VIEWS_MAX, type SavedView, SHARED_VIEWS_MAX } from "./model.ts";

/** A row of `saved_view v` as VIEW_COLUMNS gives it. */
export type ViewRecord = {
  id: string;
  list: ListName;
  name: string;
  query: string;
  hiddenColumns: string[] | null;
  isShared: boolean;
  ownerId: string;
  ownerName: string;
  version: number;
  updatedAt: Date;
};

export const VIEW_COLUMNS = sql`v.id, v.list, v.name, v.query, CASE WHEN v.has_columns THEN v.hidden_columns END AS "hiddenColumns",
  v.is_shared AS "isShared", v.owner_id AS "ownerId", v.owner_name AS "ownerName", v.version, v.updated_at AS "updatedAt"`;

/** People and API tokens keep views. */
export type Keeper = { id: string; name: string; role: Role };

/** @throws {DomainError} NOT_SIGNED_IN for who keeps nothing here. */
export function keeperOf({ actor }: Context): Keeper {
  if (actor.kind === "admin") return actor;
  // a token keeps shared views in order only where its creator does too
  if (actor.kind === "api_token") {
    const { id, name, role, creatorRole } = actor;
    return { id, name, role: creatorRole && !roleHas(creatorRole, "shared-view:write") ? creatorRole : role };
  }
  throw new DomainError("NOT_SIGNED_IN", "Sign in first.");
}

export function viewOf(record: ViewRecord, keeper: Keeper): SavedView {
  return {
    id: record.id,
    list: record.list,
    name: record.name,
    query: record.query,
    hiddenColumns: record.hiddenColumns,
    isShared: record.isShared,
    owner: { id: record.ownerId, name: record.ownerName },
    mayChange: mayChangeView(record, keeper),
    version: record.version,
    updatedAt: record.updatedAt.toISOString(),
  };
}

/** Where a name may stand once: among a person's own views of a list, or among the shared ones. */
export function scopeOf({ isShared, ownerId }: { isShared: boolean; ownerId: string }): string {
  return isShared ? "shared" : ownerId;
}

/** Names that look the same are the same. */
export function nameKey(name: string): string {
  return name.normalize("NFKC").toLowerCase();
}

/**
 * A view that the actor may change, locked for the transaction.
 *
 * @throws {DomainError} NOT_FOUND for one that is not there or another's own, FORBIDDEN for a shared one of somebody else.
 */
export async function lockView(tx: Sql, keeper: Keeper, id: string): Promise<ViewRecord> {
  const [record] = isUuid(id)
    ? await run<ViewRecord>(
        tx,
        sql`SELECT ${VIEW_COLUMNS} FROM saved_view v WHERE v.id = ${id}::uuid AND (v.is_shared OR v.owner_id = ${keeper.id}) FOR UPDATE`,
      )
    : [];
  if (record === undefined) throw notFound("The view");
  if (!mayChangeView(record, keeper))
    throw new DomainError("FORBIDDEN", "Its owner, governors and owners change a shared view.");
  return record;
}

/** Two that come at once are counted and compared one after the other. */
const PLACING_LOCK = 7_164_016;

/**
 * Makes sure that a view may stand in its place under its name, and holds the place until the transaction ends.
 *
 * @throws {DomainError} CONFLICT for a name that is taken, or where there are too many.
 */
export async function requirePlace(
  tx: Sql,
  view: { id: string; list: string; name: string; isShared: boolean; ownerId: string },
): Promise<void> {
  await run(tx, sql`SELECT pg_advisory_xact_lock(${PLACING_LOCK}::bigint)::text`);
  const [found] = await run<{ same: bigint; all: bigint }>(
    tx,
    sql`SELECT count(*) FILTER (WHERE name_key = ${nameKey(view.name)}) AS same, count(*) AS all FROM saved_view
      WHERE list = ${view.list} AND scope = ${scopeOf(view)} AND id <> ${view.id}::uuid`,
  );
  const whose = view.isShared ? "A shared view" : "A view of yours";
  if (Number(found?.same ?? 0) > 0)
    throw new DomainError("CONFLICT", `${whose} has this name already.`, {
      fields: [{ path: "name", message: "is taken" }],
    });
  if (Number(found?.all ?? 0) >= (view.isShared ? SHARED_VIEWS_MAX : OWN_VIEWS_MAX))
    throw new DomainError("CONFLICT", "There are too many views of this list. Delete one first.");
}

/** What the log tells of a shared view. */
export function fieldsOf(
  view: Pick<ViewRecord, "name" | "query" | "hiddenColumns" | "isShared">,
): Record<string, unknown> {
  const { name, query, hiddenColumns, isShared } = view;
  return { name, query, hiddenColumns, isShared };
}
