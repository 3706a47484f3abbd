import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { openApiDocument } from "#app/_lib/openapi.ts";
import { ROLES, type Role, roleHas } from "#lib/authz/roles.ts";
import { allRoutes } from "./_definitions.ts";
import { type ApiRequest, seedEverything, startTestConsole, type TestConsole } from "./test-console.ts";
import { allowedBy, type Ids, idOf, nearly, type Parameter, queryOf, type Schema } from "./test-requests.ts";

type Content = Record<string, { schema: Schema }>;
type Operation = {
  "x-permission": string;
  parameters: Parameter[];
  requestBody?: { content: Content };
  responses: Record<string, { content?: Content; $ref?: string }>;
};
type Case = { role: Role | null; segments: Record<string, string>; query: string; body: string | undefined };

/** What only a fault or a leak would put into an answer. */
const INSIDE =
  /node_modules|\bat .+\.ts:\d+|\bSELECT\b.+\bFROM\b|prisma|syntax error|invalid input syntax|\/work\/|ECONN/i;
const MAX_ANSWER_BYTES = 2 * 1024 * 1024;

const problem = z.strictObject({
  type: z.string().startsWith("urn:tokenwarden:problem:"),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1).max(1_000),
  code: z.string().regex(/^[A-Z_]+$/),
  requestId: z.uuid(),
  errors: z.array(z.strictObject({ path: z.string().min(1).max(200), message: z.string().min(1) })).max(60),
});

function requestsOf(path: string, operation: Operation, ids: Ids): fc.Arbitrary<Case> {
  const inPath = operation.parameters.filter((one) => one.in === "path");
  const inQuery = operation.parameters.filter((one) => one.in === "query");
  const body = operation.requestBody?.content["application/json"]?.schema;
  const kind = path.split("/")[3] ?? "";
  return fc.record({
    role: fc.oneof({ weight: 6, arbitrary: fc.constant<Role>("owner") }, fc.constantFrom(...ROLES, null)),
    segments: fc.record(Object.fromEntries(inPath.map(({ name }) => [name, idOf(kind, ids)]))),
    query: queryOf(inQuery, ids),
    body:
      body === undefined
        ? fc.constant(undefined)
        : nearly(allowedBy(body, ids)).map((value) => JSON.stringify(value)),
  });
}

function refusedFor(operation: Operation, role: Role | null): 401 | 403 | null {
  const access = operation["x-permission"];
  if (access === "public") return null;
  if (role === null) return 401;
  return access === "signed-in" || roleHas(role, access as Parameters<typeof roleHas>[1]) ? null : 403;
}

function namesOf(operation: Operation, { body, query }: Case): Set<string> {
  const own = operation.parameters.map((one) => one.name);
  const given = body === undefined ? null : (JSON.parse(body) as unknown);
  const isObject = typeof given === "object" && given !== null;
  const schema = operation.requestBody?.content["application/json"]?.schema.properties ?? {};
  return new Set([
    "body",
    "query",
    "path",
    ...own,
    ...Object.keys(schema),
    ...(isObject ? Object.keys(given) : []),
    ...new URLSearchParams(query).keys(),
  ]);
}

async function check(
  console: TestConsole,
  method: string,
  path: string,
  operation: Operation,
  one: Case,
): Promise<void> {
  const request: ApiRequest = { method, path, ...one };
  const response = await console.send(request);
  const declared = operation.responses[String(response.status)];
  const type = response.headers.get("content-type") ?? "";
  if (type.startsWith("text/event-stream")) {
    await response.body?.cancel();
    expect(declared?.content?.["text/event-stream"]).toBeDefined();
    return;
  }
  const text = await response.text();
  expect(response.status, text).toBeLessThan(500);
  expect(declared, `${response.status} is not declared: ${text}`).toBeDefined();
  expect(text).not.toMatch(INSIDE);
  expect(text.length).toBeLessThan(MAX_ANSWER_BYTES);
  expect(response.headers.get("cache-control")).toMatch(/no-store/);
  const refused = refusedFor(operation, one.role);
  if (refused !== null) expect(response.status).toBe(refused);
  const body = JSON.parse(text) as { errors: { path: string }[] };
  if (response.status < 400) {
    const schema = declared?.content?.["application/json"]?.schema;
    const parsed = z.fromJSONSchema(schema as never).safeParse(body);
    expect(parsed.error?.issues ?? [], text).toEqual([]);
    return;
  }
  expect(type).toBe("application/problem+json");
  expect(problem.parse(body).status).toBe(response.status);
  if (response.status !== 400) return;
  const names = namesOf(operation, one);
  expect(body.errors.length, text).toBeGreaterThan(0);
  for (const { path: at } of body.errors) {
    const named = [...names].some(
      (name) => name.slice(0, 100).toWellFormed().replaceAll("\0", "") === at || at.startsWith(`${name}.`),
    );
    expect(named, `${at} is no parameter of the request`).toBe(true);
  }
}

/** Every operation of the OpenAPI document against requests made of its own schemas and near them, `runs` of each. */
export function describeOperations(runs: number): void {
  const document = openApiDocument(allRoutes()) as { paths: Record<string, Record<string, Operation>> };
  const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
  let console: TestConsole;
  let ids: Ids;

  beforeAll(async () => {
    console = await startTestConsole();
    ids = await seedEverything(console);
  });
  afterAll(() => console.end());

  describe("whatever it is sent, it answers as the document says, names what is wrong, and never with a 5xx", () => {
    test.each(operations)("$name", async ({ method, path, operation }) => {
      await fc.assert(
        fc.asyncProperty(requestsOf(path, operation, ids), (one) =>
          check(console, method, path, operation, one),
        ),
        { numRuns: runs },
      );
    });
  });
}
