import { encodeCursor, parseCursor } from "./cursor.ts";
import type { Direction, ListQuery, Page, Sort, TableDeclaration } from "./define-table.ts";
import { type Fragment, sql, trusted } from "./sql-fragment.ts";

/** The place in the order that a page begins at, and how to read on from it. */
export type Keyset = {
  /** Rows to ask for: one more than the page, which tells whether there is another. */
  limit: number;
  /** Whether rows are read against the list's order, and turned round afterwards. */
  isReversed: boolean;
  /** The direction to read in. */
  direction: Direction;
  from: { value: string; id: string } | null;
  type: Sort["type"];
};

const CASTS: Record<Sort["type"], string> = { time: "timestamptz", text: "text", number: "bigint" };

/** Where a query's page begins. A cursor that is not of this table and order is ignored here; doors have refused it before. */
export function keysetOf<T extends TableDeclaration>(table: T, query: ListQuery<T>): Keyset {
  const sort = table.sorts[query.sort.key] as Sort;
  const { key: sortKey, direction } = query.sort;
  const cursor =
    query.cursor === null ? null : parseCursor(query.cursor, { table: table.name, sortKey, direction, sort });
  const isReversed = cursor?.towards === "previous";
  return {
    limit: query.pageSize + 1,
    isReversed,
    direction: isReversed ? (direction === "desc" ? "asc" : "desc") : direction,
    from: cursor === null ? null : { value: cursor.value, id: cursor.id },
    type: sort.type,
  };
}

/** `ORDER BY` for the keyset: the sort's column, then the id. */
export function orderBy(keyset: Keyset, column: Fragment, id: Fragment): Fragment {
  const direction = trusted(keyset.direction === "desc" ? "DESC" : "ASC");
  return sql`${column} ${direction}, ${id} ${direction}`;
}

/** The same where the id alone is the order, because it carries the sort's time (UUIDv7). */
export function orderById(keyset: Keyset, id: Fragment): Fragment {
  return sql`${id} ${trusted(keyset.direction === "desc" ? "DESC" : "ASC")}`;
}

/** Rows after the keyset's place where the id alone is the order. */
export function seekById(keyset: Keyset, id: Fragment): Fragment | null {
  if (keyset.from === null) return null;
  return keyset.direction === "desc"
    ? sql`${id} < ${keyset.from.id}::uuid`
    : sql`${id} > ${keyset.from.id}::uuid`;
}

/** Rows after the keyset's place, or null for the first page. The bare comparison beside the pair lets partitions be left out. */
export function seek(keyset: Keyset, column: Fragment, id: Fragment): Fragment | null {
  if (keyset.from === null) return null;
  const { value, id: rowId } = keyset.from;
  const cast = trusted(CASTS[keyset.type]);
  const at = sql`${value}::${cast}`;
  return keyset.direction === "desc"
    ? sql`${column} <= ${at} AND (${column}, ${id}) < (${at}, ${rowId}::uuid)`
    : sql`${column} >= ${at} AND (${column}, ${id}) > (${at}, ${rowId}::uuid)`;
}

/**
 * The page of the rows that a keyset's statement gave: in the list's order, without the one too many, with cursors to its
 * neighbours. `place` says a row's sort value (times in ISO 8601) and id.
 */
export function toPage<T extends TableDeclaration, Row>(
  table: T,
  query: ListQuery<T>,
  keyset: Keyset,
  read: readonly Row[],
  place: (row: Row) => { value: string; id: string },
): Page<Row> {
  const hasMore = read.length >= keyset.limit;
  const kept = hasMore ? read.slice(0, keyset.limit - 1) : [...read];
  const rows = keyset.isReversed ? kept.reverse() : kept;
  const cursor = (row: Row | undefined, towards: "next" | "previous") =>
    row === undefined
      ? null
      : encodeCursor({
          table: table.name,
          sortKey: query.sort.key,
          direction: query.sort.direction,
          towards,
          ...place(row),
        });
  const isFirst = keyset.isReversed ? !hasMore : keyset.from === null;
  const isLast = keyset.isReversed ? false : !hasMore;
  return {
    rows,
    next: isLast ? null : cursor(rows.at(-1), "next"),
    previous: isFirst ? null : cursor(rows[0], "previous"),
  };
}
