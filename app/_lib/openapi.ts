import { z } from "zod";
import { allCountries, UNKNOWN_COUNTRY } from "#lib/list-query/country.ts";
import type { Filter, TableDeclaration } from "#lib/list-query/define-table.ts";
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from "#lib/list-query/define-table.ts";
import { STEP_UP_KINDS } from "#lib/step-up/model.ts";
import type { AnyRouteSpec, Route } from "./define-route.ts";

type Json = Record<string, unknown>;

function schemaOf(schema: z.ZodType, io: "input" | "output"): Json {
  const { $schema, ...json } = z.toJSONSchema(schema, {
    io,
    unrepresentable: "any",
    reused: "inline",
  }) as Json;
  return json;
}

function parametersOf(schema: z.ZodType | undefined, place: "path" | "query"): Json[] {
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

function filterSchema(filter: Filter): Json {
  switch (filter.kind) {
    case "oneOf":
      return { type: "array", items: { type: "string", enum: [...filter.options] } };
    case "set":
      return { type: "array", items: { type: "string" } };
    case "country":
      return {
        type: "array",
        description: "ISO 3166-1 alpha-2 codes, or `unknown` for no known place.",
        items: { type: "string", enum: [...allCountries().map(({ code }) => code), UNKNOWN_COUNTRY] },
      };
    case "id":
      if (filter.format === "network")
        return {
          type: "string",
          description: "The number of a network of the internet.",
          pattern: "^(?:[Aa][Ss])?\\d{1,9}$",
        };
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

function listParameters(table: TableDeclaration): Json[] {
  const sorts = Object.keys(table.sorts).flatMap((key) => [key, `-${key}`]);
  return [
    ...Object.entries(table.filters).map(([name, filter]) => ({
      name,
      in: "query",
      description: filter.hint === undefined ? filter.label : `${filter.label}. ${filter.hint}`,
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

function contentOf(response: AnyRouteSpec["response"]): Json {
  if (response instanceof z.ZodType) return { "application/json": { schema: schemaOf(response, "output") } };
  return { [response.contentType]: { schema: { type: "string", description: response.description } } };
}

/** Every status with which an operation refuses; whatever else comes is a fault of ours. */
function refusalsOf(spec: AnyRouteSpec): number[] {
  const isChange = spec.method !== "GET";
  const statuses = [
    400,
    ...(spec.permission === "public" ? [] : [401]),
    ...(spec.permission === "public" && !isChange ? [] : [403]),
    ...(spec.params === undefined ? [] : [404]),
    ...(isChange ? [409] : []),
    ...(spec.body === undefined ? [] : [413, 415]),
    429,
    ...(spec.refusals ?? []),
    500,
    503,
  ];
  return [...new Set(statuses)].sort((a, b) => a - b);
}

function operationOf(spec: AnyRouteSpec): Json {
  const problem = { $ref: "#/components/responses/Problem" };
  const isPublic = spec.permission === "public";
  return {
    operationId: operationId(spec),
    summary: spec.summary,
    ...(spec.description === undefined ? {} : { description: spec.description }),
    tags: [spec.path.split("/")[3] ?? "api"],
    security: isPublic ? [] : [{ apiToken: [] }, { session: [] }],
    "x-permission": spec.permission,
    ...stepUpOf(spec),
    parameters: [
      ...parametersOf(spec.params, "path"),
      ...parametersOf(spec.query, "query"),
      ...(spec.list === undefined ? [] : listParameters(spec.list)),
    ],
    ...(spec.body === undefined
      ? {}
      : {
          requestBody: {
            required: true,
            content: { "application/json": { schema: schemaOf(spec.body, "input") } },
          },
        }),
    responses: {
      [String(spec.status ?? 200)]: { description: "Done", content: contentOf(spec.response) },
      ...Object.fromEntries(refusalsOf(spec).map((status) => [String(status), problem])),
    },
  };
}

/** Of an act that a person is asked again for: the kind, and where it depends on what is asked for, on what. */
function stepUpOf({ stepUp }: AnyRouteSpec): Json {
  if (stepUp === undefined) return {};
  return { "x-step-up": typeof stepUp === "string" ? { kind: stepUp } : stepUp };
}

/** The name of an operation in the document: `postKeysKidEmergency`. */
export function operationId(spec: AnyRouteSpec): string {
  const words = spec.path
    .replace("/api/v1/", "")
    .split(/[^A-Za-z0-9]+/)
    .filter((word) => word !== "");
  return [spec.method.toLowerCase(), ...words]
    .map((word, index) => (index === 0 ? word : word.charAt(0).toUpperCase() + word.slice(1)))
    .join("");
}

const PROBLEM: Json = {
  type: "object",
  required: ["type", "title", "status", "detail", "code", "requestId", "errors"],
  properties: {
    type: { type: "string" },
    title: { type: "string" },
    status: { type: "integer" },
    detail: { type: "string" },
    code: {
      type: "string",
      description:
        "Stable: decide by this. `STEP_UP_REQUIRED`: a signed-in admin shows again who they are (`POST /api/v1/me/step-up`), for `kind`, and sends the very same request once more. API tokens are not asked.",
    },
    kind: { type: "string", enum: [...STEP_UP_KINDS], description: "Of `STEP_UP_REQUIRED` alone." },
    requestId: { type: "string" },
    errors: {
      type: "array",
      items: {
        type: "object",
        required: ["path", "message"],
        properties: { path: { type: "string" }, message: { type: "string" } },
      },
    },
  },
};

/** The API as OpenAPI 3.1, made of the very schemas that parse its input. */
export function openApiDocument(routes: readonly Route[]): Json {
  const paths: Record<string, Json> = {};
  for (const { spec } of routes) {
    const path = paths[spec.path] ?? {};
    path[spec.method.toLowerCase()] = operationOf(spec);
    paths[spec.path] = path;
  }
  return {
    openapi: "3.1.0",
    info: {
      title: "Tokenwarden admin API",
      version: "1",
      description:
        "Every refusal is a problem document (RFC 9457). Parameters that are not named here are refused with 400.",
    },
    servers: [{ url: "/" }],
    paths: Object.fromEntries(Object.entries(paths).sort(([a], [b]) => (a < b ? -1 : 1))),
    components: {
      securitySchemes: {
        apiToken: { type: "http", scheme: "bearer", description: "An API token, `twk_…`." },
        session: {
          type: "apiKey",
          in: "cookie",
          name: "tokenwarden.session",
          description: "The console's own; `__Host-tokenwarden.session` behind TLS. Changes need its Origin.",
        },
      },
      schemas: { Problem: PROBLEM },
      responses: {
        Problem: {
          description: "Refused",
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
    },
  };
}
