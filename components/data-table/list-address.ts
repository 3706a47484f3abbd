import {
  type Direction,
  type FilterValues,
  type ListQuery,
  PAGE_SIZE_DEFAULT,
  type TableDeclaration,
} from "#lib/list-query/define-table.ts";
import { toListParameters } from "#lib/list-query/parse-list-query.ts";

/** The query of any table, for components that take lists of every kind. */
export type AnyListQuery = {
  filters: object;
  sort: { key: string; direction: Direction };
  pageSize: number;
  cursor: string | null;
};

/** The address of a list: the page's own path with the query's parameters. */
export function listAddress<T extends TableDeclaration>(path: string, table: T, query: ListQuery<T>): string {
  const parameters = toListParameters(table, query).toString();
  return parameters === "" ? path : `${path}?${parameters}`;
}

/** Filters and order alone, as the address has them: what is meant, whatever page is shown. */
export function listText<T extends TableDeclaration>(table: T, query: ListQuery<T>): string {
  return toListParameters(table, { ...query, pageSize: PAGE_SIZE_DEFAULT, cursor: null }).toString();
}

/** The query with other filters, on its first page. */
export function withFilters<T extends TableDeclaration>(
  query: ListQuery<T>,
  filters: FilterValues<T>,
): ListQuery<T> {
  return { ...query, filters, cursor: null };
}

/** The query ordered by a column: the other way round where it is already, else newest or largest first. */
export function withSort<T extends TableDeclaration>(query: ListQuery<T>, key: string): ListQuery<T> {
  const direction = query.sort.key === key && query.sort.direction === "desc" ? "asc" : "desc";
  return { ...query, sort: { key, direction } as ListQuery<T>["sort"], cursor: null };
}
