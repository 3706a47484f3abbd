import { z } from "zod";
import { GUARDED_KINDS } from "#lib/approvals/model.ts";
import { allCountries, UNKNOWN_COUNTRY } from "#lib/list-query/country.ts";
import type { Filter, TableDeclaration } from "#lib/list-query/define-table.ts";
import { PAGE_SIZE_DEFAULT, PAGE_SIZE_MAX } from "#lib/list-query/define-table.ts";
import { STEP_UP_KINDS } from "#lib/step-up/model.ts";
import type { AnyRouteSpec, Route } from "./define-route.ts";
import { approvalRow } from "./schemas/approvals.ts";
import { APPROVAL_REASON, BREAK_GLASS_REASON } from "./second-person.ts";

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
    ...approvalOf(spec),
    parameters: [
      ...(isGuarded(spec) ? SECOND_PERSON : []),
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
      ...(isGuarded(spec) ? { 202: WAITS } : {}),
      ...Object.fromEntries(refusalsOf(spec).map((status) => [String(status), problem])),
    },
  };
}

/** Of an act that a person is asked again for: the kind, and where it depends on what is asked for, on what. */
function stepUpOf({ stepUp }: AnyRouteSpec): Json {
  if (stepUp === undefined) return {};
  return { "x-step-up": typeof stepUp === "string" ? { kind: stepUp } : stepUp };
}

/** Whether an act may want a second person: what a person is asked again for, but for what is their own or is itself the second person's. */
function isGuarded({ stepUp, permission, path }: AnyRouteSpec): boolean {
  if (stepUp === undefined || permission === "signed-in" || permission === "public") return false;
  return !path.startsWith("/api/v1/approvals/");
}

function approvalOf(spec: AnyRouteSpec): Json {
  return isGuarded(spec) ? { "x-approval": { runBy: spec.runBy ?? "approver" } } : {};
}

const SECOND_PERSON: Json[] = [
  {
    name: APPROVAL_REASON,
    in: "header",
    required: false,
    description:
      "Why, percent-encoded: where the act wants a second person, one is asked for (202) instead of `APPROVAL_REQUIRED`. API tokens ask in any case.",
    schema: { type: "string" },
  },
  {
    name: BREAK_GLASS_REASON,
    in: "header",
    required: false,
    description:
      "Why, percent-encoded: an owner in person does it without a second person. Every other owner is alarmed, and one of them is to review it.",
    schema: { type: "string" },
  },
];

const WAITS: Json = {
  description:
    "A second person is needed: it waits for 4 hours as the approval at `Location`, and is done once, as planned. Where `runBy` is `requester`, the very same request does it once it is approved.",
  headers: { Location: { schema: { type: "string" } } },
  content: { "application/json": { schema: { $ref: "#/components/schemas/Approval" } } },
};

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
        "Stable: decide by this. `STEP_UP_REQUIRED`: a signed-in admin shows again who they are (`POST /api/v1/me/step-up`), for `kind`, and sends the very same request once more. API tokens are not asked. `APPROVAL_REQUIRED`: another person must approve; send the very same request with `approval-reason` to ask for it. `APPROVAL_STALE`: it would now do something else than what others saw.",
    },
    kind: {
      type: "string",
      enum: [...new Set([...STEP_UP_KINDS, ...GUARDED_KINDS])],
      description: "Of `STEP_UP_REQUIRED` and `APPROVAL_REQUIRED` alone.",
    },
    subject: {
      type: "string",
      description: "Of a `STEP_UP_REQUIRED` for one very act: prove it with this subject.",
    },
    approvalId: {
      type: "string",
      description: "Of an `APPROVAL_REQUIRED` where the very same request waits already.",
    },
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
      schemas: { Problem: PROBLEM, Approval: schemaOf(approvalRow, "output") },
      responses: {
        Problem: {
          description: "Refused",
          content: { "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } } },
        },
      },
    },
  };
}
