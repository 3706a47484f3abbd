import { DomainError, type FieldProblem } from "../errors.ts";
import { parseCursor } from "./cursor.ts";
import {
  type FilterValues,
  type ListQuery,
  PAGE_SIZE_DEFAULT,
  PAGE_SIZE_MAX,
  type Sort,
  type SortOf,
  sortRefusal,
  type TableDeclaration,
} from "./define-table.ts";
import { type AnyFilterValue, formatFilterValue, parseFilterValue } from "./filter-value.ts";

/** Parameters as a URL or a Next page has them. */
export type ListParameters = URLSearchParams | Record<string, string | string[] | undefined>;

function toSearchParams(parameters: ListParameters): URLSearchParams {
  if (parameters instanceof URLSearchParams) return parameters;
  const params = new URLSearchParams();
  for (const [key, value] of Object.entries(parameters))
    for (const text of value === undefined ? [] : Array.isArray(value) ? value : [value])
      params.append(key, text);
  return params;
}

function read<T extends TableDeclaration>(table: T, params: URLSearchParams) {
  const problems: FieldProblem[] = [];
  const filters: Record<string, unknown> = {};
  for (const [key, filter] of Object.entries(table.filters)) {
    if (!params.has(key)) continue;
    const parsed = parseFilterValue(filter, params.getAll(key));
    if ("value" in parsed) filters[key] = parsed.value;
    else problems.push({ path: key, message: parsed.problem });
  }

  let sort = { ...table.defaultSort } as SortOf<T>;
  const sortText = params.get("sort");
  if (sortText !== null) {
    const key = sortText.replace(/^-/, "");
    const refusal = sortRefusal(table, key, filters);
    if (refusal !== null) problems.push({ path: "sort", message: refusal });
    else if (Object.hasOwn(table.sorts, key))
      sort = { key, direction: sortText.startsWith("-") ? "desc" : "asc" };
    else problems.push({ path: "sort", message: `Is none of ${Object.keys(table.sorts).join(", ")}.` });
  }

  let pageSize = PAGE_SIZE_DEFAULT;
  const sizeText = params.get("size");
  if (sizeText !== null) {
    const size = /^\d{1,4}$/.test(sizeText) ? Number(sizeText) : 0;
    if (size >= 1 && size <= PAGE_SIZE_MAX) pageSize = size;
    else problems.push({ path: "size", message: `Is not a number from 1 to ${PAGE_SIZE_MAX}.` });
  }

  let cursor = params.get("cursor");
  if (cursor !== null) {
    const expected = {
      table: table.name,
      sortKey: sort.key,
      direction: sort.direction,
      sort: table.sorts[sort.key] as Sort,
    };
    if (parseCursor(cursor, expected) === null) {
      problems.push({ path: "cursor", message: "Is no cursor of this list in this order." });
      cursor = null;
    }
  }
  const query: ListQuery<T> = { filters: filters as FilterValues<T>, sort, pageSize, cursor };
  return { query, problems };
}

/**
 * The query of a page's URL. Bad parameters fall back to the default and are named, so that the page can drop them from
 * its URL; parameters that the table does not declare are the page's own.
 */
export function parseListQuery<T extends TableDeclaration>(
  table: T,
  parameters: ListParameters,
): { query: ListQuery<T>; dropped: FieldProblem[] } {
  const { query, problems } = read(table, toSearchParams(parameters));
  return { query, dropped: problems };
}

/**
 * The query of an API's URL.
 *
 * @throws {DomainError} INVALID_INPUT naming each parameter that is bad, unknown or given twice. `also` names parameters of the
 *   route's own.
 */
export function parseListQueryStrict<T extends TableDeclaration>(
  table: T,
  parameters: ListParameters,
  also: readonly string[] = [],
): ListQuery<T> {
  const params = toSearchParams(parameters);
  const { query, problems } = read(table, params);
  const single = new Set(["sort", "size", "cursor"]);
  for (const key of new Set(params.keys())) {
    if (single.has(key) && params.getAll(key).length > 1)
      problems.push({ path: key, message: "Is given more than once." });
    if (!single.has(key) && !Object.hasOwn(table.filters, key) && !also.includes(key))
      problems.push({ path: key, message: "Is no parameter of this list." });
  }
  if (problems.length > 0)
    throw new DomainError("INVALID_INPUT", `The parameter ${problems[0]?.path} is not valid.`, {
      fields: problems,
    });
  return query;
}

/** The parameters of a query in a stable order, without what is default. */
export function toListParameters<T extends TableDeclaration>(table: T, query: ListQuery<T>): URLSearchParams {
  const params = new URLSearchParams();
  for (const key of Object.keys(table.filters)) {
    const value = (query.filters as Record<string, AnyFilterValue | undefined>)[key];
    if (value !== undefined) for (const text of formatFilterValue(value)) params.append(key, text);
  }
  if (query.sort.key !== table.defaultSort.key || query.sort.direction !== table.defaultSort.direction)
    params.set("sort", `${query.sort.direction === "desc" ? "-" : ""}${query.sort.key}`);
  if (query.pageSize !== PAGE_SIZE_DEFAULT) params.set("size", String(query.pageSize));
  if (query.cursor !== null) params.set("cursor", query.cursor);
  return params;
}
