import type { Filter, SetFilter, TableDeclaration } from "./define-table.ts";

/** Filters of values that a row must not have. Browser-safe. */

type NegationKey<Key extends string> = `not${Capitalize<Key>}`;
/** Of one identifier there may be several that are left out. */
type Negation<F> = F extends { kind: "id" } ? SetFilter : F;
type Negatable = Exclude<Filter["kind"], "time" | "flag" | "longer" | "text" | "address">;
type NegatableKey<Filters> = {
  [Key in keyof Filters & string]: Filters[Key] extends { kind: Negatable } ? Key : never;
}[keyof Filters & string];

export type WithNegations<Filters, Keys extends keyof Filters & string> = Filters & {
  [Key in Keys as NegationKey<Key>]: Negation<Filters[Key]>;
};

/** The name of what leaves out a filter's values: `notClient` of `client`. */
export function negationKey<Key extends string>(key: Key): NegationKey<Key> {
  return `not${key.charAt(0).toUpperCase()}${key.slice(1)}` as NegationKey<Key>;
}

function negationOf(negates: string, filter: Filter): Filter {
  const { aliases: _, ...rest } = filter;
  if (rest.kind !== "id") return { ...rest, negates } as Filter;
  const { label, hint, format } = rest;
  return { kind: "set", format, label, negates, ...(hint === undefined ? {} : { hint }) };
}

/**
 * Filters, and of each that is of values one more that leaves them out: beside `client` stands `notClient`, which is typed `-client:billing`. What has no value at all is not left out.
 */
export function withNegations<const Filters extends Record<string, Filter>>(
  filters: Filters,
): WithNegations<Filters, NegatableKey<Filters>> {
  const all: Record<string, Filter> = { ...filters };
  for (const [key, filter] of Object.entries(filters))
    if (isNegatable(filter)) all[negationKey(key)] = negationOf(key, filter);
  return all as WithNegations<Filters, NegatableKey<Filters>>;
}

function isNegatable({ kind }: Filter): boolean {
  return kind === "set" || kind === "oneOf" || kind === "id" || kind === "country" || kind === "network";
}

/** The key of what leaves out a filter's values, or null where a table has none. */
export function findNegation(table: TableDeclaration, key: string): string | null {
  const negation = negationKey(key);
  return table.filters[negation]?.negates === key ? negation : null;
}
