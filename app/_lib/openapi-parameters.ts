import { z } from "zod";
import { allCountries, UNKNOWN_COUNTRY } from "#lib/list-query/country.ts";
import type { Filter, SetFilter, TableDeclaration } from "#lib/list-query/define-table.ts";
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from "#lib/list-query/define-table.ts";

export type Json = Record<string, unknown>;

/** A schema as OpenAPI 3.1 has it. */
export function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    reused: "inline",
  }) as Json;
  return json;
}

/** The parameters of a path or a query. */
export function parametersOf(schema: z.ZodType | undefined, place: "path" | "query"): Json[] {
  if (schema === undefined) return [];
  const json = schemaOf(schema, "input");
  const required = new Set((json.required as string[] | undefined) ?? []);
  return Object.entries((json.properties as Record<string, Json> | undefined) ?? {}).map(([name, type]) => ({
    name,
    in: place,
    required: place === "path" || required.has(name),
    schema: type,
  }));
}

const INSTANT = "\\d{4}-\\d{2}-\\d{2}(?:T\\d{2}:\\d{2}(?::\\d{2}(?:\\.\\d{1,3})?)?(?:Z|[+-]\\d{2}:\\d{2})?)?";
const TIME_PATTERN = `^(?:(?:within|beyond):[1-9]\\d{0,4}[smhdw]|(?:${INSTANT})?\\.\\.(?:${INSTANT})?)$`;

const SET_FORMATS: Record<NonNullable<SetFilter["format"]>, Json> = {
  text: {},
  uuid: { format: "uuid" },
  ip: {},
  method: { pattern: "^[A-Za-z][A-Za-z-]{0,19}$" },
  status: {
    pattern:
      "^(?:[1-5]\\d{2}|[1-5][xX]{2}|[<>]=?[1-5]\\d{2}|[1-5]\\d{2}\\.\\.(?:[1-5]\\d{2})?|\\.\\.[1-5]\\d{2})$",
  },
  path: { pattern: "^\\*{0,2}[^*]+\\*{0,2}$" },
};

function filterDescription({ label, hint, negates }: Filter): string {
  if (negates !== undefined) return `As \`${negates}\`, of what is left out.`;
  return hint === undefined ? label : `${label}. ${hint}`;
}

function filterSchema(filter: Filter): Json {
  switch (filter.kind) {
    case "oneOf":
      return { type: "array", items: { type: "string", enum: [...filter.options] } };
    case "set":
      return { type: "array", items: { type: "string", ...SET_FORMATS[filter.format ?? "text"] } };
    case "country":
      return {
        type: "array",
        description: "ISO 3166-1 alpha-2 codes, or `unknown` for no known place.",
        items: { type: "string", enum: [...allCountries().map(({ code }) => code), UNKNOWN_COUNTRY] },
      };
    case "network":
      return {
        type: "array",
        description: "Numbers of networks of the internet (autonomous systems).",
        items: { type: "string", pattern: "^(?:[Aa][Ss])?\\d{1,9}$" },
      };
    case "id":
      return filter.format === "uuid" ? { type: "string", format: "uuid" } : { type: "string" };
    case "flag":
      return { type: "string", enum: ["true"] };
    case "text":
      return { type: "string", ...(filter.maxLength === undefined ? {} : { maxLength: filter.maxLength }) };
    case "time":
      return {
        type: "string",
        description:
          "A distance from now such as `within:24h` or `beyond:7d`, or two instants, one of which may be left out.",
        pattern: TIME_PATTERN,
      };
    case "longer":
      return {
        type: "string",
        description: "A span of time such as `1h`, `24h` or `90d`.",
        pattern: "^(?:true|[1-9]\\d{0,4}[smhdw])$",
      };
    case "address":
      return {
        type: "string",
        description: "An IPv4 or IPv6 address, or a network in CIDR notation.",
        pattern: "^[0-9A-Fa-f:.]{2,45}(?:/\\d{1,3})?$",
      };
    default:
      return filter satisfies never;
  }
}

/** Orders that are there beside some filters alone. */
function conditionalSorts(table: TableDeclaration): string[] {
  return Object.entries(table.sorts).flatMap(([key, { needs }]) =>
    needs === undefined ? [] : [`\`${key}\` only beside one of ${needs.join(", ")}.`],
  );
}

/** What a list's query takes, of its declaration. */
export function listParameters(table: TableDeclaration): Json[] {
  const sorts = Object.keys(table.sorts).flatMap((key) => [key, `-${key}`]);
  return [
    ...Object.entries(table.filters).map(([name, filter]) => ({
      name,
      in: "query",
      description: filterDescription(filter),
      schema: filterSchema(filter),
    })),
    {
      name: "sort",
      in: "query",
      description: ["`-` before a key turns the order round.", ...conditionalSorts(table)].join(" "),
      schema: {
        type: "string",
        enum: sorts,
        default: `${table.defaultSort.direction === "desc" ? "-" : ""}${table.defaultSort.key}`,
      },
    },
    {
      name: "size",
      in: "query",
      schema: { type: "integer", minimum: 1, maximum: PAGE_SIZE_MAX, default: PAGE_SIZE_DEFAULT },
    },
    {
      name: "cursor",
      in: "query",
      description: "`next` or `previous` of another page of the same list and sort.",
      schema: { type: "string" },
    },
  ];
}
