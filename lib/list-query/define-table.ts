/** Declarations of tables: filters, sort keys and paging, from which URL, typed query and SQL follow. Browser-safe. */

type FilterBase = {
  label: string;
  /** Other names that a person may type: `scope` for `permission`. */
  aliases?: readonly string[];
  /** One line of help under the filter. */
  hint?: string;
  /** The filter whose values a row must not have: made by `withNegations`. */
  negates?: string;
};

/** Free text that a row contains. */
export type TextFilter = FilterBase & { kind: "text"; maxLength?: number };
/** One exact identifier. */
export type IdFilter = FilterBase & { kind: "id"; format: "uuid" | "text" | "ip" };
/** Any of some values of the organisation's own: names of clients, permissions, groups. */
export type SetFilter = FilterBase & {
  kind: "set";
  /** What a value has to be, and how it is written; any text unless told. */
  format?: "uuid" | "text" | "ip" | "method" | "status" | "path";
  /** How a chip says it, of rows that have the value and of rows that have not: "is" and "is not" unless told. */
  operators?: readonly [has: string, hasNot: string];
};
/** Any of a closed list. */
export type OneOfFilter<Option extends string = string> = FilterBase & {
  kind: "oneOf";
  options: readonly Option[];
  words?: Readonly<Record<Option, string>>;
};
/** An instant: between two, or within or beyond a distance from now, looking back or ahead. */
export type TimeFilter = FilterBase & { kind: "time"; looks: "back" | "ahead" };
/** On, or not there. */
export type FlagFilter = FilterBase & { kind: "flag" };
/** A span of time that something lasts longer than. Asked for without one, it is the default. */
export type LongerFilter = FilterBase & { kind: "longer"; defaultSeconds: number };
/** An IP address or a network, version 4 or 6. */
export type AddressFilter = FilterBase & { kind: "address" };
/** Any of some countries, by ISO 3166-1 code, and UNKNOWN_COUNTRY. */
export type CountryFilter = FilterBase & { kind: "country" };

/** Any of some networks of the internet, by the number of each: `AS15169`. */
export type NetworkFilter = FilterBase & { kind: "network" };

export type Filter =
  | TextFilter
  | IdFilter
  | SetFilter
  | OneOfFilter
  | TimeFilter
  | FlagFilter
  | LongerFilter
  | AddressFilter
  | CountryFilter
  | NetworkFilter;

export type TimeValue =
  | { type: "within"; seconds: number }
  | { type: "beyond"; seconds: number }
  /** ISO 8601 in UTC; null leaves a side open, never both. `from` is included, `to` is not. */
  | { type: "range"; from: string | null; to: string | null };

export type LongerValue = { type: "longer"; seconds: number };

export type FilterValue<F extends Filter> = F extends { kind: "oneOf"; options: readonly (infer Option)[] }
  ? readonly Option[]
  : F extends { kind: "set" | "country" | "network" }
    ? readonly string[]
    : F extends { kind: "time" }
      ? TimeValue
      : F extends { kind: "longer" }
        ? LongerValue
        : F extends { kind: "flag" }
          ? true
          : string;

/** A column to order by. `type` is what its cursor holds; the column must not be null. */
export type Sort = {
  label: string;
  type: "time" | "text" | "number";
  /** The order is there only beside one of these filters: without one it would have to read everything. */
  needs?: readonly string[];
};

export type Direction = "asc" | "desc";

export type TableDeclaration<
  Filters extends Record<string, Filter> = Record<string, Filter>,
  SortKey extends string = string,
> = {
  /** Stands in cursors: one of another table is refused. */
  name: string;
  filters: Filters;
  /** The filter that words without a key belong to. */
  search?: keyof Filters & string;
  sorts: Record<SortKey, Sort>;
  defaultSort: { key: NoInfer<SortKey>; direction: Direction };
};

export type FilterValues<T extends TableDeclaration> = {
  -readonly [Key in keyof T["filters"]]?: FilterValue<T["filters"][Key]>;
};

export type SortKeyOf<T extends TableDeclaration> = keyof T["sorts"] & string;

export type SortOf<T extends TableDeclaration> = { key: SortKeyOf<T>; direction: Direction };

/** What a list is asked for: filters, order, page. */
export type ListQuery<T extends TableDeclaration = TableDeclaration> = {
  filters: FilterValues<T>;
  sort: SortOf<T>;
  pageSize: number;
  /** Where the page begins, or null for the first. */
  cursor: string | null;
};

export const PAGE_SIZE_DEFAULT = 50;
export const PAGE_SIZE_MAX = 200;
/** Values that one filter may have. */
export const FILTER_VALUES_MAX = 20;
export const TEXT_MAX = 200;

/** One page of a list. The cursors are opaque and belong to the query's sort. */
export type Page<Row> = { rows: Row[]; next: string | null; previous: string | null };

/** How many rows match; where it is not exact, at least `value`. */
export type Total = { value: number; isExact: boolean };

const RESERVED = new Set(["sort", "size", "cursor"]);

/**
 * Declares a table. Order is always by the sort key and then by id, so that no two rows are equal.
 *
 * @throws {Error} where the declaration contradicts itself: a bug, found when the module loads.
 */
export function defineTable<const Filters extends Record<string, Filter>, const SortKey extends string>(
  declaration: TableDeclaration<Filters, SortKey>,
): TableDeclaration<Filters, SortKey> {
  const names = new Set<string>();
  for (const [key, filter] of Object.entries(declaration.filters))
    for (const name of [key, ...(filter.aliases ?? [])]) {
      const folded = name.toLowerCase();
      if (names.has(folded) || RESERVED.has(folded) || !/^[a-z][a-z0-9]*$/i.test(name))
        throw new Error(`table ${declaration.name}: filter name ${name} is taken or malformed`);
      names.add(folded);
    }
  for (const [key, sort] of Object.entries<Sort>(declaration.sorts))
    if (sort.needs?.some((filter) => declaration.filters[filter] === undefined))
      throw new Error(`table ${declaration.name}: the sort ${key} needs a filter that is not there`);
  if (declaration.search !== undefined && declaration.filters[declaration.search]?.kind !== "text")
    throw new Error(`table ${declaration.name}: the search filter is no text filter`);
  return declaration;
}

/** Why a list is not ordered by a key beside these filters, or null where it is. */
export function sortRefusal(table: TableDeclaration, key: string, filters: object): string | null {
  const needs = table.sorts[key]?.needs;
  if (needs === undefined || needs.some((filter) => Object.hasOwn(filters, filter))) return null;
  const labels = needs.map((filter) => table.filters[filter]?.label.toLowerCase() ?? filter);
  return `Only beside a filter by ${labels.slice(0, -1).join(", ")} or ${labels.at(-1)}.`;
}

/** The query of a table that was asked for nothing. */
export function defaultQuery<T extends TableDeclaration>(table: T): ListQuery<T> {
  return {
    filters: {},
    sort: { ...table.defaultSort } as SortOf<T>,
    pageSize: PAGE_SIZE_DEFAULT,
    cursor: null,
  };
}

/** The filter that a typed name means, by key or alias in any case, or null. */
export function findFilterKey(table: TableDeclaration, name: string): string | null {
  const folded = name.toLowerCase();
  for (const [key, filter] of Object.entries(table.filters))
    if (key.toLowerCase() === folded || filter.aliases?.some((alias) => alias.toLowerCase() === folded))
      return key;
  return null;
}
