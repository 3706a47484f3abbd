import { expect } from "vitest";
import type { Parameter, Schema } from "./test-requests.ts";

export type Content = Record<string, { schema: Schema }>;
type Reference = { $ref: string };
export type Answer = {
  description: string;
  headers?: Record<string, { required?: boolean; schema: Schema } | Reference>;
  content?: Content;
};
export type Operation = {
  "x-permission": string;
  "x-shown-once"?: string[];
  operationId: string;
  parameters: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, Answer | Reference>;
};
export type ApiDocument = { paths: Record<string, Record<string, Operation>> };

/** A part of the document, or what it refers to. */
export function resolved<Part extends object>(
  document: ApiDocument,
  part: Part | Reference | undefined,
): Part | undefined {
  if (part === undefined || !("$ref" in part)) return part as Part | undefined;
  const found = part.$ref
    .split("/")
    .slice(1)
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], document);
  if (found === undefined) throw new Error(`${part.$ref} is not in the document`);
  return found as Part;
}

/** Holds the headers of an answer against those that it declares; one that the document knows and this answer does not declare is not sent. */
export function expectHeaders(document: ApiDocument, declared: Answer | undefined, headers: Headers): void {
  const named = Object.entries(declared?.headers ?? {});
  for (const [name, given] of named) {
    const header = resolved<{ required?: boolean; schema: Schema }>(document, given);
    const value = headers.get(name);
    if (value === null) {
      expect(header?.required ?? false, `${name} is required and not there`).toBe(false);
      continue;
    }
    const { pattern, enum: values } = header?.schema ?? {};
    if (pattern !== undefined) expect(value).toMatch(new RegExp(pattern));
    if (values !== undefined) expect(values).toContain(value);
  }
  const known = new Set(named.map(([name]) => name.toLowerCase()));
  for (const name of ["etag", "location", "retry-after", "idempotency-replayed"])
    if (headers.has(name)) expect(known.has(name), `${name} is not declared`).toBe(true);
}
