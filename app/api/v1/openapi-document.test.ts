import { Validator } from "@seriousme/openapi-schema-validator";
import { Ajv2020 } from "ajv/dist/2020.js";
import { expect, test } from "vitest";
import { resolved } from "./test-headers.ts";
import { apiDocument, operationsOf } from "./test-operations.ts";

const document = apiDocument();
const operations = operationsOf(document);

/** Every schema of the document, by where it stands. */
function schemasIn(value: unknown, at: string): [string, unknown][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]): [string, unknown][] =>
    key === "schema" ? [[`${at}/${key}`, inner]] : schemasIn(inner, `${at}/${key}`),
  );
}

test("the document holds against the meta-schema of OpenAPI 3.1", async () => {
  const result = await new Validator().validate(structuredClone(document));
  expect(result.errors ?? []).toEqual([]);
  expect(result.valid).toBe(true);
});

test("each of its schemas is one of JSON Schema 2020-12", () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  const schemas = schemasIn(document, "");
  expect(schemas.length).toBeGreaterThan(400);
  const wrong = schemas.filter(([, schema]) => ajv.validateSchema(schema as object) !== true);
  expect(wrong.map(([at]) => at)).toEqual([]);
});

test("each operation has a name of its own, and every change but those of strangers takes an idempotency key", () => {
  const names = operations.map(({ operation }) => operation.operationId);
  expect(new Set(names).size).toBe(names.length);
  const without = operations.filter(
    ({ method, operation }) =>
      method !== "GET" && operation["x-permission"] !== "public" && !takes(operation, "IdempotencyKey"),
  );
  expect(without.map(({ name }) => name)).toEqual([]);
});

test("what is made or goes on says where it is read", () => {
  /** A plan is read by whoever made it, from the answer alone: it is placed by its id, and gone after ten minutes. */
  const PLANS = ["POST /api/v1/plans", "POST /api/v1/keys/{kid}/emergency-plan"];
  const silent = operations.filter(({ operation }) =>
    ["201", "202"].some((status) => {
      const answer = resolved(document, operation.responses[status]);
      return answer !== undefined && answer.headers?.Location === undefined;
    }),
  );
  expect(silent.map(({ name }) => name).toSorted()).toEqual(PLANS.toSorted());
});

test("what is shown once is said to be: no answer of a change has a secret that is kept for a repeat", () => {
  const SECRET = /^(?:secret|token|codes|challenge|enrolment|totpSecret|otpauthUrl|link)$/;
  const kept = operations.flatMap(({ name, method, operation }) => {
    if (method === "GET" || operation["x-permission"] === "public") return [];
    const answer = Object.entries(operation.responses).find(([status]) => status < "300")?.[1];
    const schema = (answer as { content?: Record<string, { schema: { properties?: object } }> }).content?.[
      "application/json"
    ]?.schema;
    const once = (operation["x-shown-once"] ?? []).map((path) => path.split(".")[0]);
    return Object.keys(schema?.properties ?? {})
      .filter((field) => SECRET.test(field) && !once.includes(field))
      .map((field) => `${name}: ${field}`);
  });
  expect(kept).toEqual([]);
});

test("what is changed by its version can be read with a tag of it", () => {
  const blind = operations.filter(({ method, path, operation }) => {
    if (method === "GET" || !takes(operation, "IfMatch")) return false;
    const read = document.paths[path]?.get;
    // acts upon a thing are under it: its own path is where it is read
    if (read === undefined) return !["PATCH", "DELETE"].every((one) => one !== method);
    const ok = read.responses["200"];
    return !JSON.stringify(ok).includes('"version"');
  });
  expect(blind.map(({ name }) => name)).toEqual([]);
});

function takes(operation: { parameters: object[] }, name: string): boolean {
  return operation.parameters.some((one) => "$ref" in one && one.$ref === `#/components/parameters/${name}`);
}
