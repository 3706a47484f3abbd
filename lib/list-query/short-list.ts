import { defineTable, type ListQuery, type Page, type Total } from "./define-table.ts";
import { keysetOf, toPage } from "./keyset.ts";

/** The declaration of a list that is short by its nature, such as the console's admins: by name, and found by its text. */
export function shortTable<const Name extends string>(name: Name, label: string) {
  return defineTable({
    name,
    filters: { q: { kind: "text", label } },
    search: "q",
    sorts: { name: { label: "Name", type: "text" } },
    defaultSort: { key: "name", direction: "asc" },
  });
}

export type ShortTable = ReturnType<typeof shortTable>;

/**
 * One page of a short list whose rows are all there, with the cursors and the order that lists of thousands have.
 *
 * @param nameOf what a row is ordered and found by.
 */
export function pageOfShort<Row extends { id: string }>(
  table: ShortTable,
  query: ListQuery<ShortTable>,
  all: readonly Row[],
  nameOf: (row: Row) => string,
): Page<Row> & { total: Total } {
  const keyset = keysetOf(table, query);
  const wanted = query.filters.q?.toLowerCase();
  const placed = all
    .map((row) => ({ row, value: nameOf(row).toLowerCase(), id: row.id }))
    .filter(({ value }) => wanted === undefined || value.includes(wanted));
  const sign = keyset.direction === "desc" ? -1 : 1;
  const compare = (a: { value: string; id: string }, b: { value: string; id: string }) =>
    sign * (order(a.value, b.value) || order(a.id, b.id));
  const { from } = keyset;
  const read = placed
    .toSorted(compare)
    .filter((one) => from === null || compare(one, from) > 0)
    .slice(0, keyset.limit);
  const page = toPage(table, query, keyset, read, ({ value, id }) => ({ value, id }));
  return { ...page, rows: page.rows.map(({ row }) => row), total: { value: placed.length, isExact: true } };
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
