import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { seedEverything, startTestConsole, type TestConsole } from "./test-console.ts";
import { apiDocument, check, type NamedOperation, operationsOf, requestsOf } from "./test-operations.ts";
import type { Ids } from "./test-requests.ts";

const TRIES = 40;
const document = apiDocument();
const operations = operationsOf(document);
let console: TestConsole;
let ids: Ids;

beforeAll(async () => {
  console = await startTestConsole();
  ids = await seedEverything(console);
});
afterAll(() => console.end());

const isRead = ({ method, operation }: NamedOperation) =>
  method === "GET" && operation.responses["304"] !== undefined;

/** The first request of the schemas' own that is answered with a success, held against the document. */
async function successOf(named: NamedOperation) {
  const requests = requestsOf(named.path, named.operation, ids, true);
  for (const one of fc.sample(requests, { numRuns: TRIES, seed: 8 }))
    if ((await check(console, document, named, one)) < 300) return one;
  return null;
}

describe("a read that is sent again with its ETag is answered 304, without a body", () => {
  /** What is there only after something that no seed makes, or only for people. */
  const NOTHING_THERE = new Set([
    "GET /api/v1/approvals/{id}",
    "GET /api/v1/compromise-windows/{kind}/{id}",
    "GET /api/v1/detections/{id}",
    "GET /api/v1/lifelines/{kind}/{id}",
    "GET /api/v1/me/factors",
    "GET /api/v1/me/notification-choices",
    "GET /api/v1/me/notifications",
    "GET /api/v1/me/sessions",
    "GET /api/v1/users/{id}/erasure",
  ]);
  test.each(operations.filter(isRead))("$name", async (named) => {
    const one = await successOf(named);
    if (NOTHING_THERE.has(named.name)) return expect(one).toBeNull();
    expect(one, "nothing is there to be read").not.toBeNull();
    const request = { method: "GET", path: named.path, ...(one as object), role: "owner" as const };
    const first = await console.send(request);
    const tag = first.headers.get("etag") as string;
    for (const sent of [tag, `W/${tag}`, `"x", ${tag}`, "*"]) {
      const again = await console.send({ ...request, headers: { "if-none-match": sent } });
      // what it has of the present moment may move between the two
      if (again.status === 200 && sent !== "*") {
        expect(again.headers.get("etag")).not.toBe(tag);
        return;
      }
      expect(again.status).toBe(304);
      if (sent === tag) expect(again.headers.get("etag")).toBe(tag);
      expect(await again.text()).toBe("");
    }
  });
});
