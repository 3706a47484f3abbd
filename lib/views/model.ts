import { type Role, roleHas } from "../authz/roles.ts";
import type { ListName } from "../lists/model.ts";

/** Saved views of lists, for every layer; browser-safe. Times are ISO 8601 in UTC. */
export type SavedView = {
  id: string;
  list: ListName;
  name: string;
  /** Filters and order as the list's address has them. */
  query: string;
  /** Ids of the columns that it does not show; null leaves columns as each person has them. */
  hiddenColumns: string[] | null;
  isShared: boolean;
  owner: { id: string; name: string };
  /** Whether whoever asked may change it. */
  mayChange: boolean;
  version: number;
  updatedAt: string;
};

export const VIEW_NAME_MAX = 60;
export const VIEW_QUERY_MAX = 4_000;
export const VIEW_COLUMNS_MAX = 50;
/** Views that one person keeps of one list, and that are shared of it. */
export const OWN_VIEWS_MAX = 50;
export const SHARED_VIEWS_MAX = 100;

/** Its owner always; a shared one also who keeps the shared ones in order. */
export function mayChangeView(
  view: { ownerId: string; isShared: boolean },
  actor: { id: string; role: Role },
): boolean {
  return view.ownerId === actor.id || (view.isShared && roleHas(actor.role, "shared-view:write"));
}
