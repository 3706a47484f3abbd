import { expect, test } from "vitest";
import { z } from "zod";
import { openApiDocument } from "#app/_lib/openapi.ts";
import { allRoutes } from "#app/api/v1/_definitions.ts";
import { type ApiDocument, indexOf, operationsOf, resolved } from "./document.ts";
import { curlOf, exampleOf } from "./example.ts";
import { findOperations } from "./find-operations.ts";
import { schemaRows, typeWords } from "./schema-rows.ts";

const document = openApiDocument(allRoutes()) as ApiDocument;
const operations = operationsOf(document);

test("every operation has an entry, a curl line and a type for each of its fields", () => {
  expect(operations.length).toBe(allRoutes().length);
  for (const operation of operations) {
    const parameters = operation.parameters.map((one) => resolved(document, one));
    const curl = curlOf({ ...operation, parameters }, "https://console.example.com");
    expect(curl).toContain("'https://console.example.com/api/v1/");
    expect(curl).not.toMatch(/[{]\w+[}]'|undefined|%7B/);
    for (const answer of Object.values(operation.responses))
      for (const { schema } of Object.values(resolved(document, answer).content ?? {}))
        for (const row of schemaRows(schema))
          expect(row.type, `${operation.operationId} ${row.path}`).not.toBe("");
  }
});

test("an example's body has every field that is required", () => {
  for (const operation of operations) {
    const body = operation.requestBody?.content["application/json"]?.schema;
    if (body === undefined) continue;
    const example = exampleOf(body) as object;
    for (const name of body.required ?? []) expect(example, operation.operationId).toHaveProperty(name);
  }
});

test("fields are told by their path, in lists and alternatives too", () => {
  const schema = z.toJSONSchema(
    z.object({
      rows: z.array(z.object({ name: z.string().max(80), size: z.int().min(1).nullable() })),
      place: z.union([z.object({ a: z.literal(1) }), z.object({ b: z.string() })]),
      kind: z.enum(["x", "y"]).optional(),
    }),
  );
  const rows = schemaRows(schema as never);
  expect(rows.map(({ path, type, isRequired }) => [path, type, isRequired])).toEqual([
    ["rows", "list of object", true],
    ["rows[].name", "string", true],
    ["rows[].size", "integer or null", true],
    ["place", "object", true],
    ["place.a", "1", true],
    ["place.b", "string", true],
    ["kind", "string", false],
  ]);
  expect(rows[1]?.notes).toEqual(["at most 80 characters"]);
  expect(rows[6]?.notes).toEqual(["one of x, y"]);
  expect(typeWords({ type: "string", format: "date-time" })).toBe("instant");
});

test("operations are found by all of some words", () => {
  const rows = indexOf(operations);
  expect(findOperations(rows, " REVOKE token ").map(({ id }) => id)).toContain("postTokensIdRevoke");
  expect(findOperations(rows, "")).toHaveLength(rows.length);
  expect(findOperations(rows, "nosuchword")).toEqual([]);
});
