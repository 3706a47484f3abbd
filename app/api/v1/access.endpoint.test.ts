import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getDatabase } from "#app/_lib/database.ts";
import type { Route } from "#app/_lib/route-spec.ts";
import { createApiToken } from "#lib/api-tokens/create-api-token.ts";
import { ROLES, type Role, roleHas } from "#lib/authz/roles.ts";
import { systemContext } from "#lib/context.ts";
import { type Contents, changedTables, openContents } from "#lib/db/test-contents.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { allRoutes } from "./_definitions.ts";
import { addTestPerson } from "./test-people.ts";

const ORIGIN = "http://localhost:3000";
const FOREIGN_ID = "01a20000-0000-7000-8000-00000000dead";
let contents: Contents;
const tokens = new Map<Role, string>();
const cookies = new Map<Role, string>();
/** Sessions that were some. */
const over: string[] = [];
const routes = allRoutes().map((route) => ({ name: `${route.spec.method} ${route.spec.path}`, route }));

beforeAll(async () => {
  process.env.DATABASE_URL = (await testDatabase()).url;
  // hundreds of requests a second are asked by one admin here; the bound has tests of its own
  process.env.API_REQUESTS_PER_SECOND = "10000";
  process.env.MASTER_KEY = randomBytes(32).toString("base64");
  delete process.env.CONSOLE_URL;
  contents = await openContents(process.env.DATABASE_URL);
  const db = getDatabase();
  const ctx = systemContext(db, "test");
  for (const role of ROLES) {
    tokens.set(role, (await createApiToken(ctx, { name: role, role, isUnattended: true })).token);
    cookies.set(role, (await addTestPerson(db, role)).cookie);
  }
  const [ended, disabled, idle] = [
    await addTestPerson(db, "owner"),
    await addTestPerson(db, "owner"),
    await addTestPerson(db, "owner"),
  ];
  await db.query("UPDATE admin_session SET ended_at = now() WHERE id = $1::uuid", [ended.sessionId]);
  await db.query("UPDATE admin SET disabled_at = now() WHERE id = $1::uuid", [disabled.id]);
  await db.query(
    "UPDATE admin_session SET created_at = now() - interval '32 minutes', last_seen_at = now() - interval '31 minutes' WHERE id = $1::uuid",
    [idle.sessionId],
  );
  over.push(ended.cookie, disabled.cookie, idle.cookie);
});

afterAll(async () => {
  await contents.end();
  await getDatabase().end();
});

type Call = {
  headers?: Record<string, string>;
  body?: BodyInit | null;
  query?: string;
  ids?: string;
};

/** Of parts of a path that are no ids: what a caller could write there, and what is not on record. */
const FOREIGN_PARTS: Record<string, string> = {
  number: "999999999",
  step: "audit",
  rule: "burst",
  kind: "client",
};

async function call(route: Route, { headers = {}, body, query = "", ids }: Call) {
  const { method, path, body: schema } = route.spec;
  const params: Record<string, string> = {};
  for (const [, name = ""] of path.matchAll(/\{(\w+)\}/g))
    params[name] = ids ?? FOREIGN_PARTS[name] ?? FOREIGN_ID;
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const url = `${ORIGIN}${address}${query}`;
  const given: RequestInit & { duplex?: "half" } = {
    method,
    headers: { host: "localhost:3000", ...headers },
  };
  const content = body === undefined && schema !== undefined ? "{}" : body;
  if (method !== "GET" && content !== undefined && content !== null) {
    given.body = content;
    if (content instanceof ReadableStream) given.duplex = "half";
    given.headers = { "content-type": "application/json", ...given.headers };
  }
  const response = await route(new Request(url, given), { params: Promise.resolve(params) });
  const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") ?? false;
  if (isStream) await response.body?.cancel();
  const answer = isStream ? {} : ((await response.json()) as { code?: string; errors?: { path: string }[] });
  // of what is read, a `status` of its own does not count
  return { ...answer, status: response.status, headers: response.headers };
}

function bearer(role: Role): Record<string, string> {
  return { authorization: `Bearer ${tokens.get(role)}` };
}

async function refusals(): Promise<number> {
  return (await getDatabase().query("SELECT id FROM audit_entry WHERE outcome = 'refused'")).length;
}

/** A body without an end, in chunks. */
function endless(): ReadableStream<Uint8Array> {
  const chunk = Buffer.from(`"${"x".repeat(16_000)}`);
  return new ReadableStream({ pull: (controller) => controller.enqueue(chunk) });
}

function isAllowed(route: Route, role: Role): boolean {
  const { permission } = route.spec;
  return permission === "public" || permission === "signed-in" || roleHas(role, permission);
}

describe.each(routes)("$name", ({ route }) => {
  const isPublic = route.spec.permission === "public";
  const isMutation = route.spec.method !== "GET";

  test("answers nobody, and no session that is over, but where it is public (P13)", async () => {
    const strangers: Record<string, string>[] = [
      {},
      { authorization: "Bearer twk_wrong" },
      { cookie: "tokenwarden.session=forged" },
      ...over.map((cookie) => ({ cookie, origin: ORIGIN })),
    ];
    for (const headers of strangers) {
      const { status, code } = await call(route, { headers });
      if (isPublic) expect(status).not.toBe(401);
      else expect({ status, code }).toEqual({ status: 401, code: "NOT_SIGNED_IN" });
    }
  });

  test.each(ROLES)(
    "lets the %s in exactly where the role says so, and records a refusal (P13)",
    async (role) => {
      const before = await refusals();
      const { status, code } = await call(route, { headers: bearer(role) });
      if (isAllowed(route, role)) {
        expect([401, 403].includes(status)).toBe(false);
        expect(status).toBeLessThan(500);
        expect(await refusals()).toBe(before);
      } else {
        expect({ status, code }).toEqual({ status: 403, code: "FORBIDDEN" });
        expect(await refusals()).toBe(before + (isMutation ? 1 : 0));
      }
    },
  );

  test("keeps its answers out of every cache", async () => {
    const { headers } = await call(route, { headers: bearer("owner") });
    expect(headers.get("cache-control")).toMatch(/no-store/);
    expect(headers.get("x-request-id")).toMatch(/^[0-9a-f-]{36}$/);
  });

  if (isMutation)
    test("refuses a session from any page but ours (P15)", async () => {
      const cookie = cookies.get("owner") as string;
      for (const headers of [
        {},
        { origin: "null" },
        { origin: "https://evil.example" },
        { origin: ORIGIN, "sec-fetch-site": "cross-site" },
      ] as Record<string, string>[]) {
        const { status, code } = await call(route, { headers: { cookie, ...headers } });
        expect({ status, code }).toEqual({ status: 403, code: "CROSS_SITE" });
      }
      expect((await call(route, { headers: { cookie, origin: ORIGIN } })).status).not.toBe(403);
    });
});

describe("P17: whatever is sent that is bad or too large is refused, and nothing is written", () => {
  let before: ReadonlyMap<string, string>;
  beforeAll(async () => {
    before = await contents.read();
  });
  afterAll(async () => {
    expect(changedTables(before, await contents.read())).toEqual([]);
  });

  describe.each(routes)("$name", ({ route }) => {
    test("refuses a parameter that it does not know, by name", async () => {
      const { status, errors } = await call(route, { headers: bearer("owner"), query: "?nosuch=1" });
      expect(status).toBe(400);
      expect(errors?.map((error) => error.path)).toContain("nosuch");
    });

    if (route.spec.path.includes("{"))
      test("answers ids that are none with a 4xx", async () => {
        for (const ids of ["0", "../me", "' OR '1'='1", "\0", "x".repeat(5000), "__proto__"]) {
          const { status } = await call(route, { headers: bearer("owner"), ids });
          expect(status).toBeGreaterThanOrEqual(400);
          expect(status).toBeLessThan(500);
        }
      });

    if (route.spec.list !== undefined)
      test("answers list parameters that are bad with a 400 that names them", async () => {
        for (const [query, path] of [
          ["?size=1000000000", "size"],
          ["?size=NaN", "size"],
          ["?size=-1", "size"],
          ["?size[$gt]=1", "size[$gt]"],
          ["?sort=nosuch", "sort"],
          ["?sort=created;DROP TABLE client", "sort"],
          ["?cursor=AAAA", "cursor"],
        ]) {
          const { status, errors } = await call(route, { headers: bearer("owner"), query });
          expect(status).toBe(400);
          expect(errors?.map((error) => error.path)).toContain(path);
        }
      });

    if (route.spec.method !== "GET" && route.spec.body === undefined)
      test("takes no body: nothing or an empty object, and whatever else comes is refused by what is wrong with it", async () => {
        const headers = bearer("owner");
        const of = (body: BodyInit, more: Record<string, string> = {}) =>
          call(route, { headers: { ...headers, ...more }, body });
        for (const [body, path] of [
          ['{"nosuch":1}', "nosuch"],
          ["{", "body"],
          ["null", "body"],
          ["[]", "body"],
          ['"x"', "body"],
          ['{"a":1,"a":2}', "a"],
          ["\xff\xfe", "body"],
        ] as const) {
          const { status, errors } = await of(body);
          expect({ body, status, path: errors?.[0]?.path }).toEqual({ body, status: 400, path });
        }
        expect((await of('{"nosuch":')).errors).toEqual([
          { path: "body", message: "is not JSON: it ends before it is whole at line 1, column 11" },
        ]);
        expect((await of(`{"name":"${"x".repeat(300_000)}"}`)).status).toBe(413);
        expect((await of(endless())).status).toBe(413);
        expect((await of("a=1", { "content-type": "application/x-www-form-urlencoded" })).status).toBe(415);
        if (!route.spec.path.includes("{")) return;
        const { status } = await call(route, { headers });
        expect(status).toBeGreaterThanOrEqual(400);
        for (const nothing of ["{}", ""]) expect((await of(nothing)).status).toBe(status);
      });

    if (route.spec.body !== undefined)
      test("answers a malformed body with a 4xx that says so", async () => {
        const headers = bearer("owner");
        const statusOf = async (body: BodyInit, more: Record<string, string> = {}) =>
          (await call(route, { headers: { ...headers, ...more }, body })).status;
        for (const body of [
          "",
          "{",
          "null",
          "[]",
          "1",
          '"x"',
          '{"a":"\\u0000"}',
          "\xff\xfe",
          '{"__proto__":{"x":1},"nosuch":1}',
        ])
          expect(await statusOf(body)).toBe(400);
        expect(await statusOf('{"nosuch":1,"nosuch":2}')).toBe(400);
        expect(await statusOf(Buffer.from('{"name":"\xff"}', "latin1"))).toBe(400);
        expect(await statusOf(`${"[".repeat(60_000)}${"]".repeat(60_000)}`)).toBe(400);
        expect(await statusOf(`${'{"a":'.repeat(20_000)}1${"}".repeat(20_000)}`)).toBe(400);
        expect(await statusOf(`{"name":"${"x".repeat(300_000)}"}`)).toBe(413);
        expect(await statusOf("{}", { "content-length": "104857600" })).toBe(413);
        // its length is not announced: it is read no further than the bound
        expect(await statusOf(endless())).toBe(413);
        expect(await statusOf("a=1", { "content-type": "application/x-www-form-urlencoded" })).toBe(415);
        expect(await statusOf("{}", { "content-type": "text/plain" })).toBe(415);
        const { status, errors } = await call(route, { headers, body: '{"nosuch":1}' });
        expect(status).toBe(400);
        expect(errors?.map((error) => error.path)).toContain("nosuch");
        expect((await call(route, { headers, body: '{"nosuch":' })).errors).toEqual([
          { path: "body", message: "is not JSON: it ends before it is whole at line 1, column 11" },
        ]);
      });
  });
});

describe("P13: what is somebody's own", () => {
  const routeOf = (name: string) => routes.find((one) => one.name === name)?.route as Route;

  test("is not there for another owner, by no method", async () => {
    const [mine, other] = [
      await addTestPerson(getDatabase(), "owner"),
      await addTestPerson(getDatabase(), "owner"),
    ];
    const make = async (name: string, body: object) => {
      const headers = { cookie: mine.cookie, origin: ORIGIN };
      const made = await call(routeOf(name), { headers, body: JSON.stringify(body) });
      expect(made.status).toBe(201);
      return String((made as unknown as { id: string }).id);
    };
    const view = await make("POST /api/v1/saved-views", { list: "tokens", name: "Mine" });
    const file = await make("POST /api/v1/exports", { list: "tokens", format: "csv" });
    const tries: [string, string, string?][] = [
      ["GET /api/v1/saved-views/{id}", view],
      ["PATCH /api/v1/saved-views/{id}", view, '{"version":1,"name":"Theirs"}'],
      ["DELETE /api/v1/saved-views/{id}", view],
      ["GET /api/v1/exports/{id}", file],
      ["GET /api/v1/exports/{id}/file", file],
      ["POST /api/v1/exports/{id}/cancel", file],
      ["POST /api/v1/me/sessions/{id}/end", mine.sessionId],
    ];
    const before = await contents.read();
    for (const [name, ids, body] of tries) {
      const headers = { cookie: other.cookie, origin: ORIGIN };
      const { status } = await call(routeOf(name), { headers, ids, ...(body === undefined ? {} : { body }) });
      expect({ name, status }).toEqual({ name, status: 404 });
    }
    expect(changedTables(before, await contents.read())).toEqual([]);
    const headers = { cookie: mine.cookie };
    expect((await call(routeOf("GET /api/v1/saved-views/{id}"), { headers, ids: view })).status).toBe(200);
  });
});

describe("P15: what is read changes nothing", () => {
  const reads = routes.filter(({ route }) => route.spec.method === "GET");

  test("by whoever may read it, with a session or an API token, also with what sites' pages may send", async () => {
    const before = await contents.read();
    const cookie = cookies.get("owner") as string;
    for (const { name, route } of reads)
      for (const headers of [bearer("owner"), { cookie, "sec-fetch-site": "cross-site" }] as Record<
        string,
        string
      >[])
        expect((await call(route, { headers })).status, name).toBeLessThan(500);
    expect(changedTables(before, await contents.read())).toEqual([]);
  });
});

describe("the door", () => {
  test("takes nothing from a page that was drawn for somebody else, and says who is there now", async () => {
    const [mine, other] = [
      await addTestPerson(getDatabase(), "owner"),
      await addTestPerson(getDatabase(), "owner"),
    ];
    const route = routes.find(({ name }) => name === "POST /api/v1/saved-views")?.route as Route;
    const body = JSON.stringify({ list: "tokens", name: "Begun by another" });
    const sent = { cookie: mine.cookie, origin: ORIGIN };
    const before = await contents.read();
    const refused = await call(route, { headers: { ...sent, "x-drawn-for": other.id }, body });
    expect(refused).toMatchObject({ status: 403, code: "OTHER_PERSON" });
    expect(changedTables(before, await contents.read())).toEqual([]);
    expect((await call(route, { headers: { ...sent, "x-drawn-for": mine.id }, body })).status).toBe(201);
  });

  const me = routes.find(({ name }) => name === "GET /api/v1/me")?.route as Route;

  test("a session that has ended, or whose admin is disabled, is nobody's at once (P14)", async () => {
    const headers = { cookie: cookies.get("auditor") as string };
    expect((await call(me, { headers })).status).toBe(200);
    await getDatabase().query("UPDATE admin SET disabled_at = now() WHERE role = 'auditor'");
    expect((await call(me, { headers })).status).toBe(401);
    await getDatabase().query("UPDATE admin SET disabled_at = NULL WHERE role = 'auditor'");
    await getDatabase().query(
      "UPDATE admin_session SET ended_at = now() WHERE admin_id IN (SELECT id FROM admin WHERE role = 'auditor')",
    );
    expect((await call(me, { headers })).status).toBe(401);
  });

  test("a Bearer that is wrong is not helped by a session beside it", async () => {
    const headers = { cookie: cookies.get("owner") as string, authorization: "Bearer twk_wrong" };
    expect((await call(me, { headers })).status).toBe(401);
  });

  test("a database that is gone is answered 503, and nothing of it is told", async () => {
    const { pool } = getDatabase();
    const query = pool.query;
    pool.query = (() =>
      Promise.reject(Object.assign(new Error("secret host"), { code: "ECONNREFUSED" }))) as never;
    try {
      const answer = await call(me, { headers: bearer("owner") });
      expect(answer).toMatchObject({ status: 503, code: "UNAVAILABLE" });
      expect(JSON.stringify(answer)).not.toContain("secret host");
    } finally {
      pool.query = query;
    }
  });
});
