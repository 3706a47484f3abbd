import type { Database } from "../db/database.ts";
import { type Keyset, orderBy, orderById, seek, seekById } from "../list-query/keyset.ts";
import { all, type Fragment, joined, sql } from "../list-query/sql-fragment.ts";
import { withinTime } from "../list-query/within-time.ts";
import type { Branch } from "./branch.ts";
import { matching } from "./count-selection.ts";
import { issueWindows } from "./issue-windows.ts";
import { placesByExpiry } from "./page-by-expiry.ts";
import { type Place, placesByLastUse } from "./page-by-last-use.ts";
import { placesByLead } from "./page-by-lead.ts";
import type { RevokedWalk } from "./revoked-walk.ts";
import type { TokensQuery } from "./table.ts";
import type { TokenSelection } from "./token-selection.ts";

export type TokenSort = TokensQuery["sort"]["key"];

function placeOf(branch: Branch, sort: TokenSort, isInOrder: boolean): { column: Fragment; id: Fragment } {
  switch (sort) {
    case "issued":
      return { column: branch.issuedAt ?? sql`uuid_extract_timestamp(${branch.id})`, id: branch.id };
    case "expires":
      // what is few is read by its own index and sorted: an expression keeps the planner from walking the index of expiries for it
      return { column: isInOrder ? sql`t.expires_at` : sql`(t.expires_at + interval '0')`, id: sql`t.id` };
    case "lastUsed":
      return { column: sql`us.last_used_at`, id: sql`t.id` };
    default:
      return sort satisfies never;
  }
}

function idsOfBranch(selection: TokenSelection, branch: Branch, keyset: Keyset, sort: TokenSort): Fragment {
  const limit = sql`LIMIT ${keyset.limit}::int`;
  const { column, id } = placeOf(branch, sort, selection.isInOrder);
  const isById = sort === "issued" && branch.issuedAt === null;
  const beyond = isById ? seekById(keyset, id) : seek(keyset, column, id);
  const order = isById ? orderById(keyset, id) : orderBy(keyset, column, id);
  // without the register where the narrow table has all that is asked for
  const isBare = sort === "issued" && selection.conditions.length === 0 && branch.countFrom !== undefined;
  const rows = isBare
    ? sql`FROM ${branch.countFrom as Fragment} WHERE ${all([...branch.where, ...(beyond === null ? [] : [beyond])])}`
    : matching(selection, branch, beyond);
  return sql`(SELECT ${column} AS place, ${id} AS id ${rows} ORDER BY ${order} ${limit})`;
}

/** The places of a page, of which one part of the list is read after the other until it is full. Null where `read` gives up. */
async function placesByParts(
  { parts }: RevokedWalk,
  keyset: Keyset,
  read: (branches: readonly Branch[], limit: number) => Promise<Place[] | null> | null,
): Promise<Place[] | null> {
  const past = keyset.from === null ? null : new Date(keyset.from.value);
  const places: Place[] = [];
  for (const branches of parts({ isDown: keyset.direction === "desc", past, wanted: keyset.limit })) {
    const more = await read(branches, keyset.limit - places.length);
    if (more === null) return null;
    places.push(...more);
    if (places.length >= keyset.limit) break;
  }
  return places;
}

/** The places of a page in the order that it is read in; null where that takes longer than `timeoutMs`. */
export async function placesOf(
  db: Database,
  selection: TokenSelection,
  keyset: Keyset,
  { sort, now, timeoutMs }: { sort: TokenSort; now: Date; timeoutMs: number },
): Promise<Place[] | null> {
  const { used, branches } = selection;
  if (selection.isByUsage) return placesByLastUse(db, selection, keyset, { used, now, timeoutMs });
  if (selection.walk !== null) {
    const { taken, places } = await placesByExpiry(db, selection, selection.walk, { keyset, timeoutMs });
    if (taken) return places;
  }
  const read = async (some: readonly Branch[], limit: number, leftMs: number) => {
    if (some.length === 0) return [];
    const parts = some.map((branch) => idsOfBranch(selection, branch, { ...keyset, limit }, sort));
    return withinTime<Place>(
      db,
      sql`SELECT place, id FROM (${joined(parts, " UNION ALL ")}) AS found ORDER BY ${orderBy(keyset, sql`place`, sql`id`)}
        LIMIT ${limit}::int`,
      leftMs,
      selection.isOfSets ? "sets" : selection.isInOrder ? "ordered" : "lookups",
    );
  };
  const deadline = performance.now() + timeoutMs;
  const readInTime = (some: readonly Branch[], limit = keyset.limit) => {
    const left = deadline - performance.now();
    return left < 1 ? null : read(some, limit, left);
  };
  if (selection.revoked !== null && sort !== "lastUsed")
    return placesByParts(selection.revoked, keyset, readInTime);
  if (selection.byLead !== null)
    return placesByLead(selection.byLead, keyset, async (some) => readInTime(some));
  if (selection.byIssue === null) return readInTime(branches);
  const { stretches, tally, expected, branchesIn } = selection.byIssue;
  const past = keyset.from === null ? null : new Date(keyset.from.value);
  const order = { isDown: keyset.direction === "desc", past };
  const places: Place[] = [];
  for (const window of issueWindows(stretches, { tally, expected, wanted: keyset.limit }, order)) {
    const more = await readInTime(window.flatMap(branchesIn), keyset.limit - places.length);
    if (more === null) return null;
    places.push(...more);
    if (places.length >= keyset.limit) break;
  }
  return places;
}
