import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { getDatabase } from "#app/_lib/database.ts";
import type { Route } from "#app/_lib/route-spec.ts";
import { derivedKey } from "#app/_lib/secrets.ts";
import { sealSession } from "#app/_lib/session-cookie.ts";
import { createApiToken } from "#lib/api-tokens/create-api-token.ts";
import { ROLES, type Role, roleHas } from "#lib/authz/roles.ts";
import { systemContext } from "#lib/context.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { uuidv7 } from "#lib/ids.ts";
import { allRoutes } from "./_definitions.ts";

const ORIGIN = "http://localhost:3000";
const FOREIGN_ID = "01a20000-0000-7000-8000-00000000dead";
const tokens = new Map<Role, string>();
const cookies = new Map<Role, string>();
const routes = allRoutes().map((route) => ({ name: `${route.spec.method} ${route.spec.path}`, route }));

beforeAll(async () => {
  process.env.DATABASE_URL = (await testDatabase()).url;
  // hundreds of requests a second are asked by one admin here; the bound has tests of its own
  process.env.API_REQUESTS_PER_SECOND = "10000";
  process.env.MASTER_KEY = randomBytes(32).toString("base64");
  delete process.env.CONSOLE_URL;
  const db = getDatabase();
  const ctx = systemContext(db, "test");
  for (const role of ROLES) {
    tokens.set(role, (await createApiToken(ctx, { name: role, role, isUnattended: true })).token);
    const [adminId, sessionId] = [uuidv7(ctx.now), uuidv7(ctx.now)];
    await db.query(
      `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at)
       VALUES ($1::uuid, $2::text, $2::text, $3::text, 'x', '\\x00', now())`,
      [adminId, `${role}@example.com`, role],
    );
    await db.query(
      `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, signed_in_by)
       VALUES ($1::uuid, $2::uuid, now(), now(), now() + interval '1 hour', 1800, 'totp')`,
      [sessionId, adminId],
    );
    cookies.set(role, `tokenwarden.session=${await sealSession(sessionId, derivedKey("session"), 3600)}`);
  }
});

afterAll(async () => {
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
  kind: "token",
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

  test("answers nobody but where it is public", async () => {
    const strangers: Record<string, string>[] = [
      {},
      { authorization: "Bearer twk_wrong" },
      { cookie: "tokenwarden.session=forged" },
    ];
    for (const headers of strangers) {
      const { status, code } = await call(route, { headers });
      if (isPublic) expect(status).not.toBe(401);
      else expect({ status, code }).toEqual({ status: 401, code: "NOT_SIGNED_IN" });
    }
  });

  test.each(ROLES)("lets the %s in exactly where the role says so, and records a refusal", async (role) => {
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
  });

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
      expect(await statusOf(`{"name":"${"x".repeat(300_000)}"}`)).toBe(413);
      // its length is not announced: it is read no further than the bound
      expect(await statusOf(endless())).toBe(413);
      expect(await statusOf("a=1", { "content-type": "application/x-www-form-urlencoded" })).toBe(415);
      expect(await statusOf("{}", { "content-type": "text/plain" })).toBe(415);
      const { status, errors } = await call(route, { headers, body: '{"nosuch":1}' });
      expect(status).toBe(400);
      expect(errors?.map((error) => error.path)).toContain("nosuch");
    });
});

describe("the door", () => {
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
