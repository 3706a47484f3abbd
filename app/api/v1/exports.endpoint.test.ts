import Papa from "papaparse";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { recordEntry } from "#lib/audit/record-entry.ts";
import type { Role } from "#lib/authz/roles.ts";
import { systemContext } from "#lib/context.ts";
import { unguardCell } from "#lib/input/formula-cell.ts";
import { fixtureOf } from "#lib/tokens/token-fixture.ts";
import { startTestConsole, type TestConsole } from "./test-console.ts";

/** Names as a hostile person gives them, as far as a name may hold them. */
const HOSTILE_NAMES = [
  '=HYPERLINK("https://evil.example","x")',
  "+1+cmd|' /C calc'!A0",
  "-2+3",
  "@SUM(A1:A9)",
  'a "quoted", semicolon; name',
  "'=already quoted",
  "<script>alert(1)</script>",
  "漢字 🙈 é",
];

let console: TestConsole;
let clientId: string;

beforeAll(async () => {
  console = await startTestConsole();
  const fixture = fixtureOf(console.db);
  clientId = await fixture.client("billing");
  await fixture.client("=cmd|' /C calc'!A0");
  for (const name of HOSTILE_NAMES) {
    await fixture.client(name);
    await console.db.query(
      "INSERT INTO user_group (id, name, created_at) VALUES (gen_random_uuid(), $1::text, now())",
      [name],
    );
    await console.db.transaction((tx) =>
      recordEntry(tx, systemContext(console.db, "test"), {
        act: "client.updated",
        target: { kind: "client", id: "1", name },
        note: name,
      }),
    );
  }
  const userId = await fixture.user("ana@example.com");
  for (let n = 0; n < 260; n += 1)
    await fixture.token({
      clientId,
      userId: n % 2 === 0 ? userId : null,
      scopes: ["invoices:read", "invoices:write"],
      groups: ["Finance, North"],
      issuedAt: new Date(Date.now() - n * 1000 - 1000),
    });
});
beforeEach(() => console.db.query("DELETE FROM list_export"));
afterAll(() => console.end());

async function ask(body: object, role: Role = "auditor") {
  const response = await console.send({
    method: "POST",
    path: "/api/v1/exports",
    role,
    body: JSON.stringify(body),
  });
  const answer = (await response.json()) as {
    id: string;
    code: string;
    errors: { path: string; message: string }[];
  };
  return { status: response.status, retryAfter: response.headers.get("retry-after"), ...answer };
}

function fetchFile(id: string, role: Role = "auditor") {
  return console.send({ method: "GET", path: "/api/v1/exports/{id}/file", role, segments: { id } });
}

async function exported(body: object, role: Role = "auditor"): Promise<Response> {
  const { id, status } = await ask(body, role);
  expect(status).toBe(201);
  return fetchFile(id, role);
}

/** Every row that the list's own pages give. */
async function pagesOf(path: string, query: string): Promise<Record<string, unknown>[]> {
  const rows: Record<string, unknown>[] = [];
  for (let cursor: string | null = null; ; ) {
    const at = new URLSearchParams(query);
    at.set("size", "100");
    if (cursor !== null) at.set("cursor", cursor);
    const response = await console.send({ method: "GET", path, role: "owner", query: `?${at}` });
    const page = (await response.json()) as { rows: Record<string, unknown>[]; next: string | null };
    rows.push(...page.rows);
    if (page.next === null) return rows;
    cursor = page.next;
  }
}

const LISTS = [
  ["tokens", "/api/v1/tokens", "client=billing&sort=expires"],
  ["token-uses", "/api/v1/token-uses", "outcome=issued"],
  ["token-uses", "/api/v1/token-uses", "notOutcome=allowed&notPath=%2Fnowhere"],
  ["audit-entries", "/api/v1/audit-entries", "act=api_token.created"],
  ["refused-counts", "/api/v1/refused-counts", ""],
  ["orders", "/api/v1/orders", "verb=revoke"],
  ["users", "/api/v1/users", "q=ana"],
  ["groups", "/api/v1/groups", ""],
  ["clients", "/api/v1/clients", "sort=name"],
  ["audiences", "/api/v1/audiences", ""],
  ["verifiers", "/api/v1/verifiers", ""],
] as const;

test.each(LISTS)(
  "%s: the file holds the rows of the list's own pages, in their order",
  async (list, path, query) => {
    const expected = await pagesOf(path, query);
    const response = await exported({ list, format: "ndjson", query });
    expect(response.headers.get("content-type")).toBe("application/x-ndjson");
    const lines = (await response.text()).split("\n").filter((line) => line !== "");
    // of an act the file holds more than a line of the list: what was before, and after
    const rows = list === "audit-entries" ? expected.map((row) => expect.objectContaining(row)) : expected;
    expect(lines.map((line) => JSON.parse(line))).toEqual(rows);
  },
);

test("CSV comes as a download under the list's name, with UTC times and formulas made harmless", async () => {
  const response = await exported({ list: "tokens", format: "csv", query: "" });
  expect(response.headers.get("content-type")).toBe("text/csv; charset=utf-8; header=present");
  expect(response.headers.get("content-disposition")).toMatch(
    /^attachment; filename="tokens-\d{8}T\d{6}Z\.csv"$/,
  );
  expect(response.headers.get("cache-control")).toMatch(/no-store/);
  const lines = (await response.text()).split("\r\n");
  expect(lines).toHaveLength(260 + 2);
  expect(lines[0]).toMatch(/^id,kind,format,state,subject,/);
  expect(lines[1]).toMatch(/,\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z,/);
  expect(lines[1]).toContain('"Finance, North"');
  const clients = await (await exported({ list: "clients", format: "csv", query: "" })).text();
  expect(clients).toContain(`,'=cmd|' /C calc'!A0,`);
});

test.each(LISTS)(
  "P18: %s: another parser reads the same values back from CSV, and no formula",
  async (list) => {
    // exports are acts themselves
    const query = list === "audit-entries" ? "act=client.updated" : "";
    const [csv, ndjson] = [
      await (await exported({ list, format: "csv", query }, "owner")).text(),
      await (await exported({ list, format: "ndjson", query }, "owner")).text(),
    ];
    const { data, errors, meta } = Papa.parse<Record<string, string>>(csv, {
      header: true,
      newline: "\r\n",
      skipEmptyLines: true,
    });
    expect(errors).toEqual([]);
    const rows = ndjson
      .split("\n")
      .filter((line) => line !== "")
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(data).toHaveLength(rows.length);
    for (const [at, row] of data.entries())
      for (const name of meta.fields ?? []) {
        const cell = row[name] ?? "";
        expect(cell, name).not.toMatch(/^[=+\-@\t\r＝＋－＠]/);
        // columns are named as a table would, fields as the API does
        const value = rows[at]?.[name.replaceAll(/_(\w)/g, (_, letter: string) => letter.toUpperCase())];
        if (typeof value === "string") expect(unguardCell(cell), name).toBe(value);
      }
  },
);

describe("refuses", () => {
  test.each([
    ["client[$ne]=x", "query.client[$ne]"],
    ["state=sleeping", "query.state"],
    ["sort=issued;DROP TABLE token", "query.sort"],
    ["issued=within:99999999999999d", "query.issued"],
    ["family=' OR '1'='1", "query.family"],
    ["cursor=AAAA", "query.cursor"],
    ["size=1000000000", "query.size"],
    ["__proto__=1", "query.__proto__"],
    ["state=active&state=revoked&family=a&family=b", "query.family"],
  ])("the filter %s by its name", async (query, path) => {
    const { status, code, errors } = await ask({ list: "tokens", format: "csv", query });
    expect({ status, code }).toEqual({ status: 400, code: "INVALID_INPUT" });
    expect(errors.map((error) => error.path)).toContain(path);
  });

  test("a filter with a NUL, a token, or that is longer than a page's address", async () => {
    for (const query of ["q=a\0b", `q=${"x".repeat(5_000)}`, `q=twa_${"a".repeat(40)}`]) {
      const { status, errors } = await ask({ list: "tokens", format: "csv", query });
      expect(status).toBe(400);
      expect(errors[0]?.path).toMatch(/^query/);
    }
  });

  test("a role that does not export, on record, and lists and formats that are none", async () => {
    expect(await ask({ list: "tokens", format: "csv" }, "governor")).toMatchObject({
      status: 403,
      code: "FORBIDDEN",
    });
    const [entry] = await console.db.query<{ act: string }>(
      "SELECT act FROM audit_entry WHERE outcome = 'refused' ORDER BY sequence DESC LIMIT 1",
    );
    expect(entry?.act).toBe("export.refused");
    expect((await ask({ list: "admins", format: "csv" })).status).toBe(400);
    expect((await ask({ list: "tokens", format: "xlsx" })).status).toBe(400);
  });

  test("a third at once with 429, and another's or a used one", async () => {
    const first = await ask({ list: "tokens", format: "csv" });
    const second = await ask({ list: "users", format: "csv" });
    const third = await ask({ list: "clients", format: "csv" });
    expect([first.status, second.status, third.status]).toEqual([201, 201, 429]);
    expect(third.retryAfter).toBe("30");
    expect((await fetchFile(first.id, "owner")).status).toBe(404);
    expect((await fetchFile(first.id)).status).toBe(200);
    expect((await fetchFile(first.id)).status).toBe(410);
  });
});

test("a reader that goes away ends it, and the next two can begin", async () => {
  const { id } = await ask({ list: "tokens", format: "csv" });
  const response = await fetchFile(id);
  await response.body?.cancel();
  const about = await console.send({
    method: "GET",
    path: "/api/v1/exports/{id}",
    role: "auditor",
    segments: { id },
  });
  expect(await about.json()).toMatchObject({ state: "cut", problem: "Its reader went away." });
  const work = await console.send({ method: "GET", path: "/api/v1/work", role: "auditor" });
  expect(await work.json()).toMatchObject({
    items: [{ id, state: "failed", note: "Its reader went away." }],
  });
  for (const list of ["tokens", "users"]) expect((await ask({ list, format: "csv" })).status).toBe(201);
});

test("what only asks what there would be does not use it up", async () => {
  const { id } = await ask({ list: "users", format: "csv" });
  const head = await console.send({
    method: "GET",
    path: "/api/v1/exports/{id}/file",
    role: "auditor",
    segments: { id },
    asHead: true,
  });
  expect(head.status).toBe(200);
  expect(await (await fetchFile(id)).text()).toContain("ana@example.com");
});
