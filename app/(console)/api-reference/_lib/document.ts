import type { Method } from "#app/_lib/route-spec.ts";

/** The part of an OpenAPI document that the reference reads. */
export type JsonSchema = {
  type?: string | string[];
  format?: string;
  pattern?: string;
  enum?: unknown[];
  const?: unknown;
  default?: unknown;
  description?: string;
  examples?: unknown[];
  anyOf?: JsonSchema[];
  oneOf?: JsonSchema[];
  allOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  additionalProperties?: boolean | JsonSchema;
  required?: string[];
  items?: JsonSchema;
  minLength?: number;
  maxLength?: number;
  minimum?: number;
  maximum?: number;
  minItems?: number;
  maxItems?: number;
};

type Reference = { $ref: string };
export type Parameter = {
  name: string;
  in: "path" | "query" | "header";
  required?: boolean;
  description?: string;
  schema: JsonSchema;
};
export type Answer = {
  description: string;
  headers?: Record<string, { description?: string; schema: JsonSchema } | Reference>;
  content?: Record<string, { schema: JsonSchema }>;
};
export type Operation = {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  "x-permission": string;
  "x-step-up"?: { kind: string; where?: string; shutsOut?: boolean };
  "x-approval"?: { runBy: string };
  "x-shown-once"?: string[];
  parameters: (Parameter | Reference)[];
  requestBody?: { content: Record<string, { schema: JsonSchema }> };
  responses: Record<string, Answer | Reference>;
};
export type ApiDocument = { paths: Record<string, Record<string, Operation>> };

/** One line of the reference's index. */
export type IndexRow = { id: string; method: Method; path: string; summary: string; area: string };

/** An operation with its address. */
export type NamedOperation = Operation & { method: Method; path: string };

/** Every operation, by area and address. */
export function operationsOf(document: ApiDocument): NamedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      ...operation,
      method: method.toUpperCase() as Method,
      path,
    })),
  );
}

export function indexOf(operations: readonly NamedOperation[]): IndexRow[] {
  return operations.map(({ operationId, method, path, summary, tags }) => ({
    id: operationId,
    method,
    path,
    summary,
    area: tags[0] ?? "",
  }));
}

/** A part of the document, or what it refers to. */
export function resolved<Part extends object>(document: ApiDocument, part: Part | Reference): Part {
  if (!("$ref" in part)) return part;
  const keys = part.$ref.split("/").slice(1);
  return keys.reduce<unknown>((at, key) => (at as Record<string, unknown>)[key], document) as Part;
}
