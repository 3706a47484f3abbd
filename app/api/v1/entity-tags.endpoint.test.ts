import { afterAll, beforeAll, expect, test } from "vitest";
import { startTestConsole, type TestConsole } from "./test-console.ts";

const PATH = "/api/v1/groups/{id}";
let console: TestConsole;
let made = 0;

beforeAll(async () => {
  console = await startTestConsole();
});
afterAll(() => console.end());

async function group(): Promise<{ id: string; tag: string }> {
  made += 1;
  const body = JSON.stringify({ name: `Group ${made}` });
  const answer = await console.send({ method: "POST", path: "/api/v1/groups", role: "owner", body });
  const { id } = (await answer.json()) as { id: string };
  const read = await console.send({ method: "GET", path: PATH, role: "owner", segments: { id } });
  return { id, tag: read.headers.get("etag") ?? "" };
}

const change = (id: string, body: object, ifMatch?: string) =>
  console.send({
    method: "PATCH",
    path: PATH,
    role: "owner",
    segments: { id },
    body: JSON.stringify(body),
    headers: ifMatch === undefined ? {} : { "if-match": ifMatch },
  });

test("a change by If-Match needs no version in its body, is done once, and has the new tag", async () => {
  const { id, tag } = await group();
  expect(tag).toMatch(/^"v1\.[\w-]{22}"$/);
  const changed = await change(id, { description: "new" }, tag);
  expect(changed.status).toBe(200);
  expect(changed.headers.get("etag")).toMatch(/^"v2\./);
  const late = await change(id, { description: "newer" }, tag);
  expect(late.status).toBe(412);
  expect(await late.json()).toMatchObject({
    code: "STALE_VERSION",
    title: "Precondition failed",
    errors: expect.arrayContaining([{ path: "description", message: "changed meanwhile" }]),
  });
});

test("a count that moved meanwhile refuses no change: the version alone is compared", async () => {
  const { id, tag } = await group();
  await console.send({
    method: "POST",
    path: "/api/v1/users",
    role: "owner",
    body: JSON.stringify({ email: `p${made}@example.com`, name: "P", groupIds: [id] }),
  });
  const read = await console.send({ method: "GET", path: PATH, role: "owner", segments: { id } });
  expect(read.headers.get("etag")).not.toBe(tag);
  expect((await change(id, { description: "new" }, tag)).status).toBe(200);
});

test.each([
  ["a weak tag", (tag: string) => `W/${tag}`, 412],
  ["a tag without a version", () => '"aaaaaaaaaaaaaaaaaaaaaa"', 412],
  ["no tag at all", () => "v1", 412],
  ["two tags", (tag: string) => `${tag}, ${tag}`, 400],
])("%s in If-Match changes nothing", async (_what, of, status) => {
  const { id, tag } = await group();
  expect((await change(id, { version: 1, description: "new" }, of(tag))).status).toBe(status);
  expect((await change(id, { description: "new" }, tag)).status).toBe(200);
});

test("If-Match and a version that says otherwise are refused; `*` leaves it to the body", async () => {
  const { id, tag } = await group();
  expect((await change(id, { version: 2, description: "new" }, tag)).status).toBe(412);
  expect((await change(id, { description: "new" }, "*")).status).toBe(400);
  expect((await change(id, { version: 1, description: "new" }, "*")).status).toBe(200);
  // the body's own check stays what it was
  const stale = await change(id, { version: 1, description: "newer" });
  expect(stale.status).toBe(409);
  expect(await stale.json()).toMatchObject({ code: "STALE_VERSION" });
});

test("If-Match where there is no version to compare is refused, not passed over", async () => {
  const { id } = await group();
  const answer = await console.send({
    method: "POST",
    path: "/api/v1/api-tokens/{id}/revoke",
    role: "owner",
    segments: { id },
    headers: { "if-match": '"v1.aaaaaaaaaaaaaaaaaaaaaa"' },
  });
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({ errors: [{ path: "If-Match" }] });
});

test("what is removed by If-Match goes only in the version that was seen", async () => {
  const body = { list: "tokens", name: "Mine", query: "", hiddenColumns: null, isShared: false };
  const created = await console.send({
    method: "POST",
    path: "/api/v1/saved-views",
    role: "owner",
    body: JSON.stringify(body),
  });
  expect(created.status).toBe(201);
  const { id } = (await created.json()) as { id: string };
  const view = { path: "/api/v1/saved-views/{id}", role: "owner" as const, segments: { id } };
  const tag = created.headers.get("etag") as string;
  const renamed = JSON.stringify({ version: 1, name: "Ours" });
  const moved = await console.send({ ...view, method: "PATCH", body: renamed });
  const remove = (ifMatch: string) =>
    console.send({ ...view, method: "DELETE", headers: { "if-match": ifMatch } });
  expect((await remove(tag)).status).toBe(412);
  expect((await console.send({ ...view, method: "GET" })).status).toBe(200);
  expect((await remove(moved.headers.get("etag") as string)).status).toBe(200);
  expect((await console.send({ ...view, method: "GET" })).status).toBe(404);
});
