import { negationKey } from "../list-query/negations.ts";
import { type Fragment, sql, trusted } from "../list-query/sql-fragment.ts";

/** Stands for no verifier in a mix. */
export const NO_VERIFIER = "00000000-0000-0000-0000-000000000000";

/** The mixes of a row of `use_rollup r`, each with its count: both arrays in step, a row each. In the list of a SELECT alone: beside FROM each would be kept as a table first. */
export const MIX_COUNTS = sql`unnest(r.mixes) AS mix, unnest(r.counts) AS n`;

/** A sum of counts: in float8, which holds whole numbers up to 2^53, three times as fast as in the type that holds any sum of bigint. */
export const sumOf = (counts: string): Fragment => sql`sum(${trusted(counts)}::float8)::bigint`;

/** What rollups count by. */
export const MIX_FILTERS = ["outcome", "refusal", "source", "client", "verifier", "country"] as const;
export type MixFilter = (typeof MIX_FILTERS)[number];

export type MixNegation = `not${Capitalize<MixFilter>}`;

/** Filters by what rollups count by, and by what of it is left out, with names resolved to ids. */
export type MixValues = Partial<Record<MixFilter | MixNegation, readonly string[]>>;

const COLUMNS: Record<MixFilter, { name: string; type: string }> = {
  outcome: { name: "outcome", type: "text" },
  refusal: { name: "refusal", type: "text" },
  source: { name: "source", type: "text" },
  client: { name: "client_id", type: "uuid" },
  verifier: { name: "verifier_id", type: "uuid" },
  country: { name: "country", type: "text" },
};

/** The column of a mix that a filter is about. */
export const mixColumn = (filter: MixFilter): string => COLUMNS[filter].name;

/** What filters mean on a row of `use_mix`, or of anything with its columns. `but`: one that is left out. */
export function mixConditions(alias: string, values: MixValues, but?: MixFilter): Fragment[] {
  return MIX_FILTERS.flatMap((filter) => {
    if (filter === but) return [];
    const [wanted, unwanted] = [values[filter], values[negationKey(filter)]];
    const { name, type } = COLUMNS[filter];
    const [column, types] = [trusted(`${alias}.${name}`), trusted(`${type}[]`)];
    return [
      ...(wanted === undefined ? [] : [sql`${column} = ANY (${wanted}::${types})`]),
      ...(unwanted === undefined ? [] : [sql`${column} <> ALL (${unwanted}::${types})`]),
    ];
  });
}
