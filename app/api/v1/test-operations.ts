import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { openApiDocument } from "#app/_lib/openapi.ts";
import { ROLES, type Role, roleHas } from "#lib/authz/roles.ts";
import { allRoutes } from "./_definitions.ts";
import { type ApiRequest, seedEverything, startTestConsole, type TestConsole } from "./test-console.ts";
import { type ApiDocument, expectHeaders, type Operation, resolved } from "./test-headers.ts";
import { allowedBy, aptIdOf, type Ids, idOf, nearly, queryOf, type Schema } from "./test-requests.ts";

export type Case = {
  role: Role | null;
  segments: Record<string, string>;
  query: string;
  body: string | undefined;
};

/** What only a fault or a leak would put into an answer. */
const INSIDE =
  /node_modules|\bat .+\.ts:\d+|\bSELECT\b.+\bFROM\b|prisma|syntax error|invalid input syntax|\/work\/|ECONN/i;
/** What whoever enters an address is told when it is called. */
const TOLD_OF_NETWORK = /cannot be reached \(ECONN\w+\)/g;
const MAX_ANSWER_BYTES = 2 * 1024 * 1024;

const problem = z.strictObject({
  type: z.string().startsWith("urn:tokenwarden:problem:"),
  title: z.string().min(1),
  status: z.int(),
  detail: z.string().min(1).max(1_000),
  code: z.string().regex(/^[A-Z_]+$/),
  requestId: z.uuid(),
  errors: z.array(z.strictObject({ path: z.string().min(1).max(200), message: z.string().min(1) })).max(60),
  kind: z.string().optional(),
  subject: z.string().optional(),
  approvalId: z.uuid().optional(),
});

/** What the words before a part of a path say that it names: `admins` in `/api/v1/access/admins/{id}`. */
function namedBy(path: string, name: string): string {
  const words = path.split("/");
  return words[words.indexOf(`{${name}}`) - 1] ?? "";
}

/** Requests of an operation's own schemas and, where they are not to be `apt`, near them. */
export function requestsOf(path: string, operation: Operation, ids: Ids, isApt = false): fc.Arbitrary<Case> {
  const inPath = operation.parameters.filter((one) => one.in === "path");
  const inQuery = operation.parameters.filter((one) => one.in === "query");
  const body = operation.requestBody?.content["application/json"]?.schema;
  const kind = path.split("/")[3] ?? "";
  return fc.record({
    role: isApt
      ? fc.constant<Role>("owner")
      : fc.oneof({ weight: 6, arbitrary: fc.constant<Role>("owner") }, fc.constantFrom(...ROLES, null)),
    segments: fc.record(
      Object.fromEntries(
        inPath.map(({ name }) => [
          name,
          isApt ? aptIdOf({ kind: namedBy(path, name), name }, ids) : idOf(kind, ids),
        ]),
      ),
    ),
    query: queryOf(inQuery, ids),
    body:
      body === undefined
        ? fc.constant(undefined)
        : (isApt ? allowedBy(body, ids) : nearly(allowedBy(body, ids))).map((value) => JSON.stringify(value)),
  });
}

function refusedFor(operation: Operation, role: Role | null): 401 | 403 | null {
  const access = operation["x-permission"];
  if (access === "public") return null;
  if (role === null) return 401;
  return access === "signed-in" || roleHas(role, access as Parameters<typeof roleHas>[1]) ? null : 403;
}

function namesOf(operation: Operation, { body, query }: Case): Set<string> {
  // those that are referred to are headers
  const own = operation.parameters.flatMap((one) =>
    "$ref" in one ? ["Idempotency-Key", "If-Match"] : one.name,
  );
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

export type NamedOperation = { name: string; method: string; path: string; operation: Operation };

type Held = { status: number; headers: Headers; text: string };

/** Holds an answer against the document: its status is declared, with its headers, its type and its body's schema, and it tells nothing of the inside. */
export async function holdAnswer(
  document: ApiDocument,
  { operation }: Pick<NamedOperation, "operation">,
  response: Response,
): Promise<Held> {
  const { status, headers } = response;
  const declared = resolved(document, operation.responses[String(status)]);
  const type = headers.get("content-type") ?? "";
  if (type.startsWith("text/event-stream")) {
    await response.body?.cancel();
    expect(declared?.content?.["text/event-stream"]).toBeDefined();
    expectHeaders(document, declared, headers);
    return { status, headers, text: "" };
  }
  const text = await response.text();
  expect(status, text).toBeLessThan(500);
  expect(declared, `${status} is not declared: ${text}`).toBeDefined();
  expectHeaders(document, declared, headers);
  expect(headers.has("ratelimit"), "it says what may still be asked").toBe(true);
  expect(text.replaceAll(TOLD_OF_NETWORK, "")).not.toMatch(INSIDE);
  expect(text.length).toBeLessThan(MAX_ANSWER_BYTES);
  expect(headers.get("cache-control")).toMatch(/no-store/);
  if (status >= 400) {
    expect(type).toBe("application/problem+json");
    const { answer, ...rest } = JSON.parse(text) as { answer?: unknown; code: string; status: number };
    expect(answer === undefined || rest.code === "SHOWN_ONCE", text).toBe(true);
    expect(problem.parse(rest).status).toBe(status);
    return { status, headers, text };
  }
  if (!type.startsWith("application/json")) {
    expect(declared?.content?.[type.split(";")[0] ?? ""], `${type} is not declared`).toBeDefined();
    return { status, headers, text };
  }
  const schema = resolved(document, declared?.content?.["application/json"]?.schema as Schema | undefined);
  const parsed = z.fromJSONSchema(schema as never).safeParse(JSON.parse(text));
  expect(parsed.error?.issues ?? [], text).toEqual([]);
  return { status, headers, text };
}

/** Sends one request and holds its answer against the document: status, headers, body. @returns the status. */
export async function check(
  console: TestConsole,
  document: ApiDocument,
  { method, path, operation }: NamedOperation,
  one: Case,
): Promise<number> {
  const request: ApiRequest = { method, path, ...one };
  const { status, text } = await holdAnswer(document, { operation }, await console.send(request));
  const refused = refusedFor(operation, one.role);
  if (refused !== null) expect(status).toBe(refused);
  if (status !== 400) return status;
  const { errors } = JSON.parse(text) as { errors: { path: string }[] };
  const names = namesOf(operation, one);
  expect(errors.length, text).toBeGreaterThan(0);
  for (const { path: at } of errors) {
    const named = [...names].some(
      (name) => name.slice(0, 100).toWellFormed().replaceAll("\0", "") === at || at.startsWith(`${name}.`),
    );
    expect(named, `${at} is no parameter of the request`).toBe(true);
  }
  return status;
}

/** The document, as it is sent. */
export function apiDocument(): ApiDocument {
  return JSON.parse(JSON.stringify(openApiDocument(allRoutes()))) as ApiDocument;
}

/** Every operation of the document. */
export function operationsOf(document: ApiDocument): NamedOperation[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      name: `${method.toUpperCase()} ${path}`,
      method: method.toUpperCase(),
      path,
      operation,
    })),
  );
}

/** Every operation of the OpenAPI document against requests made of its own schemas and near them, `runs` of each. */
export function describeOperations(runs: number): void {
  const document = apiDocument();
  let console: TestConsole;
  let ids: Ids;

  beforeAll(async () => {
    console = await startTestConsole();
    ids = await seedEverything(console);
  });
  afterAll(() => console.end());

  describe("whatever it is sent, it answers as the document says, names what is wrong, and never with a 5xx", () => {
    test.each(operationsOf(document))("$name", async (named) => {
      await fc.assert(
        fc.asyncProperty(requestsOf(named.path, named.operation, ids), async (one) => {
          await check(console, document, named, one);
        }),
        { numRuns: runs },
      );
    });
  });
}
