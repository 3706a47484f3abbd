import { expect, test } from "vitest";
import { apiDocument, operationsOf } from "./test-operations.ts";
import type { Schema } from "./test-requests.ts";

type Bounded = Schema & {
  maxProperties?: number;
  additionalProperties?: unknown;
  propertyNames?: { enum?: unknown[] };
};

/** Objects whose names are the caller's: their use cases bound them, as `bounds of open objects` holds them to. */
const OPEN_OBJECTS = new Set([
  "customClaims",
  "jwks",
  "attributes",
  "values",
  "filters",
  "hidden",
  "sizes",
  "opened",
]);
const BOUNDED_FORMATS = new Set(["uuid", "date", "date-time"]);

/** Whether what a pattern takes has an end: no repetition without one, outside of classes of characters. */
function isBounded(pattern: string): boolean {
  const bare = pattern.replaceAll(/\\./g, "x").replaceAll(/\[[^\]]*\]/g, "x");
  return pattern.startsWith("^") && pattern.endsWith("$") && !/[*+]|\{\d+,\}/.test(bare);
}

/** What of a schema has no end. */
function endless(at: string, name: string, schema: Bounded | undefined): string[] {
  if (schema === undefined || schema.const !== undefined || schema.enum !== undefined) return [];
  const choices = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  const found = choices.flatMap((one) => endless(at, name, one));
  if (schema.type === "string") {
    const hasEnd =
      schema.maxLength !== undefined ||
      BOUNDED_FORMATS.has(schema.format ?? "") ||
      (schema.pattern !== undefined && isBounded(schema.pattern));
    if (!hasEnd) found.push(`${at}: a text without an end`);
  }
  if (schema.type === "array") {
    if (schema.maxItems === undefined) found.push(`${at}: a list without an end`);
    found.push(...endless(`${at}[]`, name, schema.items));
  }
  if (schema.type === "integer" || schema.type === "number")
    if (schema.minimum === undefined || schema.maximum === undefined)
      found.push(`${at}: a number without an end`);
  if (schema.type === "object") {
    const isNamed = schema.properties !== undefined || schema.propertyNames?.enum !== undefined;
    if (!isNamed && schema.maxProperties === undefined && !OPEN_OBJECTS.has(name))
      found.push(`${at}: an object without an end`);
    for (const [key, one] of Object.entries(schema.properties ?? {}))
      found.push(...endless(`${at}.${key}`, key, one));
  }
  return found;
}

test("P17: every text, list, number and object that a body may hold has an end", () => {
  const found = operationsOf(apiDocument()).flatMap(({ name, operation }) =>
    endless(name, "body", operation.requestBody?.content["application/json"]?.schema),
  );
  expect(found).toEqual([]);
});

test("P17: every list has a largest page", () => {
  const sizes = operationsOf(apiDocument()).flatMap(({ name, operation }) =>
    operation.parameters
      .filter((one) => one.in === "query" && one.name === "size")
      .map(({ schema }) => ({
        name,
        maximum: schema.maximum ?? Math.max(...((schema.enum ?? []) as number[])),
      })),
  );
  expect(sizes.length).toBeGreaterThan(20);
  expect(sizes.filter(({ maximum }) => !(maximum >= 1 && maximum <= 500))).toEqual([]);
});

test("the search finds what has no end", () => {
  const schema: Bounded = {
    type: "object",
    properties: {
      a: { type: "string" },
      b: { type: "array", items: { type: "string", pattern: "^[a-z]+$" } },
      c: { type: "integer", minimum: 0 },
      d: { type: "object" },
      e: { type: "string", pattern: "^[a-z+*]{1,9}$" },
    },
  };
  expect(endless("x", "body", schema)).toHaveLength(5);
});
