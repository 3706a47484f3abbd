import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CLIENT_LIFETIME_KEYS } from "#lib/lifetimes/model.ts";
import { seedEverything, startTestConsole, type TestConsole } from "./test-console.ts";

let console: TestConsole;
let ids: Record<string, string[]>;

beforeAll(async () => {
  console = await startTestConsole();
  ids = await seedEverything(console);
});
afterAll(() => console.end());

type Problem = { code: string; detail: string; errors: { path: string }[] };

async function send(method: string, path: string, body: unknown, segments: Record<string, string> = {}) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const response = await console.send({ method, path, role: "owner", body: text, segments });
  return { status: response.status, body: (await response.json()) as Problem & Record<string, unknown> };
}

const firstOf = (kind: string) => ids[kind]?.[0] ?? "";

describe("text that lies about itself is refused by the name of its parameter", () => {
  const texts: [string, string][] = [
    ["a NUL", "a\0b"],
    ["half a character", "a\ud800"],
    ["an escape for terminals", "\u001b[31mred"],
    ["a control of 8 bits", "a\u009bb"],
    ["an override of direction", "a\u202egnp.exe"],
    ["an isolate of direction", "a\u2066b"],
    ["a line", "a\nb"],
    ["nothing but spaces", "   "],
    ["1 MB", "x".repeat(200_000)],
  ];
  const doors: [string, string, string, (text: string) => object][] = [
    ["POST", "/api/v1/clients", "name", (name) => ({ name, kind: "service" })],
    ["POST", "/api/v1/groups", "name", (name) => ({ name })],
    ["POST", "/api/v1/users", "name", (name) => ({ name, email: "x@example.com" })],
    ["POST", "/api/v1/verifiers", "name", (name) => ({ name, audienceIds: ids.audiences })],
    ["POST", "/api/v1/admins", "name", (name) => ({ name, email: "y@example.com", role: "auditor" })],
    ["POST", "/api/v1/api-tokens", "name", (name) => ({ name, role: "auditor" })],
  ];
  for (const [method, path, field, make] of doors)
    test.each(texts)(`${method} ${path}: %s`, async (_name, text) => {
      const { status, body } = await send(method, path, make(text));
      expect({ status, named: body.errors.some((one) => one.path === field) }).toEqual({
        status: 400,
        named: true,
      });
    });

  test("a body larger than any form is not read to its end", async () => {
    expect((await send("POST", "/api/v1/groups", { name: "x".repeat(1_000_000) })).status).toBe(413);
  });

  test.each(texts.slice(0, 5))("a note of a revocation: %s", async (_name, note) => {
    const { status, body } = await send(
      "POST",
      "/api/v1/clients/{id}/revoke",
      { reason: "test", note },
      { id: firstOf("clients") },
    );
    if (status === 200) expect(JSON.stringify(body)).not.toMatch(/\\u0000|\\ud800|\\u001b|\\u202e/);
    else expect({ status, path: body.errors[0]?.path }).toEqual({ status: 400, path: "note" });
  });
});

describe("text that is only strange is kept as it is", () => {
  test.each([
    "<script>alert(1)</script>",
    "=cmd|' /C calc'!A0",
    "'; DROP TABLE client; --",
    "$(id) `id`",
    "{{7*7}}",
    "100%_\\",
    "漢字 é 🙈",
    "__proto__",
  ])("as a group's description: %s", async (description) => {
    const made = await send("POST", "/api/v1/groups", {
      name: `g ${Math.random().toString(36).slice(2)}`,
      description,
    });
    expect(made.status).toBe(201);
    const read = await console.send({
      method: "GET",
      path: "/api/v1/groups/{id}",
      role: "auditor",
      segments: { id: String(made.body.id) },
    });
    expect(((await read.json()) as { description: string }).description).toBe(description);
  });
});

describe("custom claims are JSON that the register can hold", () => {
  const claims: [string, string, number][] = [
    ["a deep nest", `{"deep":${'{"a":'.repeat(40)}1${"}".repeat(40)}}`, 400],
    ["a nest of 50,000", `{"deep":${"[".repeat(50_000)}${"]".repeat(50_000)}}`, 400],
    ["half a character within", '{"a":{"b":["\\ud800"]}}', 400],
    ["a NUL within", '{"a":{"b":["\\u0000"]}}', 400],
    ["half a character in a name", '{"a":{"\\udc00":1}}', 400],
    ["a name of ours", '{"sub":"root"}', 400],
    ["a name of ours from the register", '{"rooted_at":0}', 400],
    ["a name of the prototype", '{"constructor":{"prototype":{"isOwner":true}}}', 400],
    ["an array", "[]", 400],
    ["text", '"x"', 400],
    ["9 KB", `{"a":"${"x".repeat(9_000)}"}`, 400],
    ["2,000 names", `{${Array.from({ length: 2_000 }, (_, n) => `"n${n}":1`).join(",")}}`, 400],
  ];
  test.each(claims)("%s", async (name, text, expected) => {
    const { status, body } = await send(
      "POST",
      "/api/v1/clients",
      `{"name":"Claims ${name.length}","kind":"service","customClaims":${text}}`,
    );
    expect(status, body.detail).toBe(expected);
    if (expected === 400) expect(body.errors[0]?.path).toMatch(/^customClaims/);
    expect(({} as { isOwner?: unknown }).isOwner).toBeUndefined();
  });

  test("a name that is __proto__ is no claim and changes nothing", async () => {
    const { status, body } = await send(
      "POST",
      "/api/v1/clients",
      '{"name":"Proto","kind":"service","customClaims":{"__proto__":{"isOwner":true}}}',
    );
    expect({ status, path: body.errors[0]?.path }).toEqual({ status: 400, path: "customClaims.__proto__" });
    expect(({} as { isOwner?: unknown }).isOwner).toBeUndefined();
  });
});

describe("a name that is given twice, or that no parameter has, is refused by its name", () => {
  test.each([
    ["name", '{"name":"Twice","kind":"service","name":"Other"}'],
    ["name", '{"name":"Same","n\\u0061me":"Same","kind":"service"}'],
    ["customClaims.a", '{"name":"Within","kind":"service","customClaims":{"a":1,"a":2}}'],
    ["__proto__", '{"name":"Proto","kind":"service","__proto__":{"kind":"app"}}'],
    ["constructor", '{"name":"Made","kind":"service","constructor":{}}'],
  ])("in a body: %s of %s", async (path, text) => {
    const { status, body } = await send("POST", "/api/v1/clients", text);
    expect({ status, path: body.errors[0]?.path }).toEqual({ status: 400, path });
  });

  const addresses = [
    "clients",
    "tokens",
    "users",
    "groups",
    "audit-entries",
    "admins",
    "verifiers",
    "overview",
    "me",
  ];
  for (const address of addresses)
    test.each(["__proto__", "constructor", "hasOwnProperty", "toString", "__proto__[isOwner]"])(
      `in the query of ${address}: %s`,
      async (name) => {
        const response = await console.send({
          method: "GET",
          path: `/api/v1/${address}`,
          role: "owner",
          query: `?${name}=x`,
        });
        const body = (await response.json()) as Problem;
        expect({ status: response.status, path: body.errors?.[0]?.path }).toEqual({
          status: 400,
          path: name,
        });
      },
    );
});

describe("lifetimes are whole seconds within their bounds", () => {
  const bad: [string, string][] = [
    ["0", "0"],
    ["−1", "-1"],
    ["59", "59"],
    ["1e9", "1e9"],
    ["text", '"3600"'],
    ["0.1", "0.1"],
    ["3600.5", "3600.5"],
    ["1e400", "1e400"],
    ["true", "true"],
    ["an array", "[3600]"],
    ["an object", '{"$gt":0}'],
    ["2^53 and one", "9007199254740993"],
  ];
  test.each(bad)("of a client: %s", async (_name, text) => {
    const { status, body } = await send(
      "POST",
      "/api/v1/clients",
      `{"name":"Lived","kind":"service","accessTokenTtlSeconds":${text}}`,
    );
    expect({ status, path: body.errors[0]?.path }).toEqual({ status: 400, path: "accessTokenTtlSeconds" });
  });

  test.each(CLIENT_LIFETIME_KEYS)("of a client of its own: %s", async (field) => {
    // these go down to seconds, and there may be no grace at all
    const good = { refreshGraceSeconds: ["0", "59"], authorizationCodeTtlSeconds: ["59"] };
    const allowed = Object.hasOwn(good, field) ? good[field as keyof typeof good] : [];
    for (const [name, text] of bad.filter(([one]) => !allowed.includes(one))) {
      const client = `{"name":"Lived","kind":"web","redirectUris":["https://lived.example.com/cb"],"${field}":${text}}`;
      const { status, body } = await send("POST", "/api/v1/clients", client);
      expect({ name, status, path: body.errors[0]?.path }).toEqual({ name, status: 400, path: field });
    }
  });

  test.each([
    "accessTokenTtlSeconds",
    "serviceTokenTtlSeconds",
    "refreshTokenIdleSeconds",
    "refreshTokenAbsoluteSeconds",
    "sessionIdleSeconds",
    "sessionAbsoluteSeconds",
    "idTokenTtlSeconds",
    "refreshTokenIdleMaxSeconds",
    "deviceCodeTtlSeconds",
    "clockSkewSeconds",
  ])("of the organisation: %s", async (field) => {
    for (const [name, text] of bad.filter(
      ([one]) => field !== "clockSkewSeconds" || !["0", "59"].includes(one),
    )) {
      const { status, body } = await send(
        "PATCH",
        "/api/v1/organisation",
        `{"version":1,"${field}":${text}}`,
      );
      expect({ name, status }).toEqual({ name, status: 400 });
      expect(body.errors.map((one) => one.path)).toContain(field);
    }
  });

  test("a refresh token that ends before an access token, and a session that idles longer than it lives", async () => {
    for (const body of [
      { refreshTokenIdleSeconds: 86_400 * 30, refreshTokenAbsoluteSeconds: 86_400 },
      { sessionIdleSeconds: 86_400, sessionAbsoluteSeconds: 3_600 },
      { accessTokenTtlMinSeconds: 3_600, accessTokenTtlMaxSeconds: 60 },
    ]) {
      const answer = await send("PATCH", "/api/v1/organisation", { version: 1, ...body });
      expect(answer.status, JSON.stringify(answer.body)).toBe(400);
      expect(answer.body.errors.length).toBeGreaterThan(0);
    }
  });
});

describe("filters take text for text", () => {
  const values = [
    "' OR '1'='1",
    "%",
    "_",
    "\\",
    "$1",
    "'; DELETE FROM client; --",
    "(a+)+$",
    '{"$ne":null}',
    "[object Object]",
    "漢",
    "\u202e",
  ];
  test.each(["clients", "users", "groups", "verifiers", "audiences"])(
    "search in %s finds what has them and nothing else, and all is still there",
    async (kind) => {
      for (const value of values) {
        const startedAt = performance.now();
        const response = await console.send({
          method: "GET",
          path: `/api/v1/${kind}`,
          role: "owner",
          query: `?q=${encodeURIComponent(value)}`,
        });
        const body = (await response.json()) as { rows?: object[]; errors?: { path: string }[] };
        const others = (body.rows ?? []).filter(
          (row) => !Object.values(row).some((text) => String(text).includes(value)),
        );
        if (response.status === 200) expect(others).toEqual([]);
        else
          expect({ status: response.status, path: body.errors?.[0]?.path }).toEqual({
            status: 400,
            path: "q",
          });
        expect(performance.now() - startedAt).toBeLessThan(5_000);
      }
      const all = await console.send({ method: "GET", path: `/api/v1/${kind}`, role: "owner" });
      expect(((await all.json()) as { rows: unknown[] }).rows.length).toBeGreaterThan(0);
    },
  );

  const cursorOf = (parts: unknown) => Buffer.from(JSON.stringify(parts)).toString("base64url");
  const forged = (id: string): [string, string][] => [
    ["of another table", cursorOf(["users", "name", "asc", "next", "a", id])],
    ["of another sort", cursorOf(["clients", "nosuch", "asc", "next", "a", id])],
    [
      "with SQL for its id",
      cursorOf(["clients", "created", "desc", "next", "2026-01-01T00:00:00.000Z", "' OR 1=1 --"]),
    ],
    ["with a value that is an object", cursorOf(["clients", "created", "desc", "next", { $gt: "" }, id])],
    [
      "with a time beyond all",
      cursorOf(["clients", "created", "desc", "next", "99999-01-01T00:00:00.000Z", id]),
    ],
    ["with NUL", cursorOf(["clients", "name", "asc", "next", "\0", id])],
    ["that is no JSON", "e30"],
    ["that is long", "A".repeat(3_000)],
    ["that is padded", "e30="],
    ["that is empty", ""],
  ];
  test.each(forged("01a20000-0000-7000-8000-00000000dead"))(
    "a cursor %s is refused by name",
    async (_name, cursor) => {
      const response = await console.send({
        method: "GET",
        path: "/api/v1/clients",
        role: "owner",
        query: `?cursor=${encodeURIComponent(cursor)}`,
      });
      expect(response.status).toBe(400);
      expect(((await response.json()) as Problem).errors.map((one) => one.path)).toContain("cursor");
    },
  );
});

describe("two at once", () => {
  test("of two admins who edit one client, the second is told what changed and by whom", async () => {
    const segments = { id: firstOf("clients") };
    const read = await console.send({ method: "GET", path: "/api/v1/clients/{id}", role: "owner", segments });
    const { version } = (await read.json()) as { version: number };
    const answers = await Promise.all(
      ["One", "Two", "Three", "Four"].map((name) =>
        send("PATCH", "/api/v1/clients/{id}", { version, name }, segments),
      ),
    );
    expect(answers.map((one) => one.status).sort()).toEqual([200, 409, 409, 409]);
    for (const { body } of answers.filter((one) => one.status === 409))
      expect(body).toMatchObject({ code: "STALE_VERSION" });
    const entries = await console.db.query(
      "SELECT FROM audit_entry WHERE act = 'client.updated' AND target_id = $1::text",
      [segments.id],
    );
    expect(entries).toHaveLength(1);
  });

  test("of ten who revoke one token, one order is placed and all are answered calmly", async () => {
    const segments = { id: ids.tokens?.[0] ?? "" };
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        send("POST", "/api/v1/tokens/{id}/revoke", { reason: "test" }, segments),
      ),
    );
    expect(answers.map((one) => one.status)).toEqual(Array.from({ length: 10 }, () => 200));
    expect(answers.filter((one) => one.body.wasPlaced === true).length).toBeLessThanOrEqual(1);
  });

  test("of ten who register one client ID, one does", async () => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, () =>
        send("POST", "/api/v1/clients", { name: "Same", clientId: "the-same", kind: "service" }),
      ),
    );
    expect(answers.map((one) => one.status).sort()).toEqual([201, ...Array.from({ length: 9 }, () => 409)]);
  });
});
