import { UNKNOWN_COUNTRY } from "../list-query/country.ts";
import { parseStatus, type StatusSpan } from "../list-query/http-status.ts";
import { readPath } from "../list-query/path-text.ts";
import { beginning, containing, type Fragment, joined, sql, trusted } from "../list-query/sql-fragment.ts";
import { inNetworks } from "../places/in-networks.ts";

/** Filters that mean a column of the log, with values as they stand there. */
export const USE_COLUMN_FILTERS = [
  "outcome",
  "refusal",
  "source",
  "token",
  "family",
  "ip",
  "network",
  "country",
  "path",
  "method",
  "status",
  "agent",
  "audience",
] as const;
export type UseColumnFilter = (typeof USE_COLUMN_FILTERS)[number];

function pathPattern(asked: string): string {
  const { at, text } = readPath(asked);
  return at === "beginning" ? beginning(text) : containing(text);
}

const statusWithin = ({ from, to }: StatusSpan) => sql`x.status BETWEEN ${from}::int AND ${to}::int`;

/** Whether a row of `token_use x` has one of these values; null where it has none at all. */
export function columnHas(filter: UseColumnFilter, values: readonly string[]): Fragment {
  switch (filter) {
    case "outcome":
      return sql`x.outcome = ANY (${values}::text[])`;
    case "refusal":
      return sql`x.refusal = ANY (${values}::text[])`;
    case "source":
      return sql`x.source = ANY (${values}::text[])`;
    case "token":
      return one(sql`x.token_id`, values, "uuid");
    case "family":
      return one(sql`x.family_id`, values, "uuid");
    case "ip":
      return one(sql`x.ip`, values, "text");
    case "network":
      return inNetworks(sql`address_of(x.ip)`, values);
    case "country":
      return sql`coalesce(x.country, ${UNKNOWN_COUNTRY}) = ANY (${values}::text[])`;
    case "path":
      return sql`x.path LIKE ANY (${values.map(pathPattern)}::text[])`;
    case "method":
      return sql`upper(x.method) = ANY (${values}::text[])`;
    case "status":
      return joined(
        values
          .map(parseStatus)
          .filter((span) => span !== null)
          .map(statusWithin),
        " OR ",
      );
    case "agent":
      return sql`x.user_agent ILIKE ANY (${values.map(containing)}::text[])`;
    case "audience":
      return sql`x.audience = ANY (${values}::text[])`;
    default:
      return filter satisfies never;
  }
}

/** One value by equality, as its index has it. */
function one(column: Fragment, values: readonly string[], type: "uuid" | "text"): Fragment {
  const [value, ...more] = values;
  return value !== undefined && more.length === 0
    ? sql`${column} = ${value}::${trusted(type)}`
    : sql`${column} = ANY (${values}::${trusted(`${type}[]`)})`;
}
