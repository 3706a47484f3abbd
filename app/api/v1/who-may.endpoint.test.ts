import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getDatabase } from "#app/_lib/database.ts";
import { declaredActs } from "#app/_lib/declared-acts.ts";
import type { Route } from "#app/_lib/route-spec.ts";
import { derivedKey } from "#app/_lib/secrets.ts";
import { sealSession } from "#app/_lib/session-cookie.ts";
import type { ActRow, Explained, WhoMay } from "#lib/access/model.ts";
import { PERMISSION_WORDS } from "#lib/access/permission-words.ts";
import { createApiToken } from "#lib/api-tokens/create-api-token.ts";
import { type Permission, permissionsOf, ROLES, type Role } from "#lib/authz/roles.ts";
import { systemContext } from "#lib/context.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { uuidv7 } from "#lib/ids.ts";
import { allRoutes } from "./_definitions.ts";

const ORIGIN = "http://localhost:3000";
const FOREIGN_ID = "01a20000-0000-7000-8000-00000000dead";
const PARTS: Record<string, string> = { number: "999999999", step: "audit", rule: "burst" };
const routes = allRoutes();
const acts = declaredActs(routes);
const admins = new Map<Role, { id: string; cookie: string }>();
let ownersToken: { id: string; value: string };

/** An admin of a role whose session was signed in long enough ago to be asked again. */
async function makeAdmin(role: Role) {
  const db = getDatabase();
  const [id, sessionId] = [uuidv7(new Date()), uuidv7(new Date())];
  await db.query(
    `INSERT INTO admin (id, email, name, role, password_hash, totp_wrapped, created_at)
     VALUES ($1::uuid, $2::text, $2::text, $3::text, 'x', '\\x00', now())`,
    [id, `${role}@example.com`, role],
  );
  await db.query(
    `INSERT INTO admin_session (id, admin_id, created_at, last_seen_at, absolute_expires_at, idle_seconds, signed_in_by)
     VALUES ($1::uuid, $2::uuid, now() - interval '20 minutes', now(), now() + interval '1 hour', 1800, 'totp')`,
    [sessionId, id],
  );
  return { id, cookie: `tokenwarden.session=${await sealSession(sessionId, derivedKey("session"), 3600)}` };
}

beforeAll(async () => {
  process.env.DATABASE_URL = (await testDatabase()).url;
  process.env.API_REQUESTS_PER_SECOND = "10000";
  process.env.MASTER_KEY = randomBytes(32).toString("base64");
  delete process.env.CONSOLE_URL;
  for (const role of ROLES) admins.set(role, await makeAdmin(role));
  const made = await createApiToken(systemContext(getDatabase(), "test"), { name: "ci", role: "owner" });
  ownersToken = { id: made.id, value: made.token };
});
afterAll(async () => {
  await getDatabase().end();
});

async function call(route: Route, headers: Record<string, string>, given: Record<string, string> = {}) {
  const { method, path, body } = route.spec;
  const params: Record<string, string> = {};
  for (const [, name = ""] of path.matchAll(/\{(\w+)\}/g))
    params[name] = given[name] ?? PARTS[name] ?? FOREIGN_ID;
  const address = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ""));
  const response = await route(
    new Request(`${ORIGIN}${address}`, {
      method,
      headers: {
        host: "localhost:3000",
        origin: ORIGIN,
        "sec-fetch-site": "same-origin",
        ...(body === undefined ? {} : { "content-type": "application/json" }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: "{}" }),
    }),
    { params: Promise.resolve(params) },
  );
  return (await response.json()) as { code?: string; kind?: string };
}

const routeOf = (id: string): Route => {
  const at = acts.find((act) => act.id === id);
  return routes.find(({ spec }) => spec.method === at?.method && spec.path === at.path) ?? expect.fail(id);
};
const routeAt = (path: string): Route => routes.find(({ spec }) => spec.path === path) ?? expect.fail(path);
const ask = async <T>(path: string, role: Role, params: Record<string, string> = {}) =>
  (await call(routeAt(path), { cookie: admins.get(role)?.cookie ?? "" }, params)) as T;

test("every act is one that a route does, each has a name of its own, and every permission has its words", () => {
  const changing = routes.filter(({ spec }) => spec.method !== "GET" && spec.permission !== "public");
  expect(acts.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
    changing.map(({ spec }) => `${spec.method} ${spec.path}`).sort(),
  );
  expect(new Set(acts.map(({ id }) => id)).size).toBe(acts.length);
  expect(Object.keys(PERMISSION_WORDS).sort()).toEqual([...permissionsOf("owner")].sort());
  const needed = new Set(acts.flatMap(({ permission }) => permission ?? []));
  for (const permission of Object.keys(PERMISSION_WORDS) as Permission[])
    if (!permission.endsWith(":read") && !BY_TARGET.has(permission))
      expect(needed, permission).toContain(permission);
});

/** What an order by plan asks for beside `order:write`, by its target; a shared view beside the list's own. */
const BY_TARGET = new Set<Permission>([
  "permission:revoke",
  "group:revoke",
  "audience:revoke",
  "selection:revoke",
  "everything:revoke",
  "shared-view:write",
]);

test.each(ROLES)(
  "what is said of the %s is what each route does: refused, asked again, or let in",
  async (role) => {
    const { id, cookie } = admins.get(role) ?? expect.fail();
    const explained = await ask<Explained>("/api/v1/access/admins/{id}", "auditor", { id });
    const rows = explained.areas.flatMap(({ permissions }) => permissions);
    let seen = 0;
    for (const { may, acts: own } of rows)
      for (const act of own) {
        seen += 1;
        const { code, kind } = await call(routeOf(act.id), { cookie });
        const asked = act.obstacles.find((one) => one.kind === "step_up");
        if (!may) expect({ act: act.id, code }).toEqual({ act: act.id, code: "FORBIDDEN" });
        else if (asked?.kind === "step_up" && asked.where === null)
          expect({ act: act.id, code, kind }).toEqual({
            act: act.id,
            code: "STEP_UP_REQUIRED",
            kind: asked.of,
          });
        else expect([act.id, code]).not.toEqual([act.id, "FORBIDDEN"]);
        // an act that is asked for in some cases alone is not asked for before it is known which
        if (may && asked === undefined) expect([act.id, code]).not.toEqual([act.id, "STEP_UP_REQUIRED"]);
      }
    expect(seen).toBe(acts.filter(({ permission }) => permission !== null).length);
  },
);

test("the other way round says the same of admins, and of an API token that nobody asks again", async () => {
  const { rows } = await ask<{ rows: ActRow[] }>("/api/v1/access/acts", "auditor");
  expect(rows).toHaveLength(acts.length);
  for (const row of rows) {
    const { holders } = await ask<WhoMay>("/api/v1/access/acts/{id}", "auditor", { id: row.id });
    for (const role of ROLES) {
      const holder = holders.find(({ id }) => id === admins.get(role)?.id);
      expect([row.id, role, holder?.may]).toEqual([row.id, role, row.roles.includes(role)]);
    }
    const token = holders.find(({ id }) => id === ownersToken.id) ?? expect.fail();
    const { code } = await call(routeOf(row.id), { authorization: `Bearer ${ownersToken.value}` });
    if (row.permission !== null) expect([row.id, token.may, code]).not.toEqual([row.id, true, "FORBIDDEN"]);
    if (token.may) expect([row.id, code]).not.toEqual([row.id, "STEP_UP_REQUIRED"]);
  }
});

test("is for owners and auditors: others are refused, and what is none is not found", async () => {
  for (const role of ["responder", "governor"] as const)
    expect(await ask<{ code: string }>("/api/v1/access/acts", role)).toMatchObject({ code: "FORBIDDEN" });
  for (const path of [
    "/api/v1/access/admins/{id}",
    "/api/v1/access/api-tokens/{id}",
    "/api/v1/access/acts/{id}",
  ])
    expect(await ask<{ code: string }>(path, "owner")).toMatchObject({ code: "NOT_FOUND" });
});
