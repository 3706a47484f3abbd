import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { getDatabase } from "#app/_lib/database.ts";
import type { Route } from "#app/_lib/route-spec.ts";
import { createApiToken } from "#lib/api-tokens/create-api-token.ts";
import { systemContext } from "#lib/context.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import { allRoutes } from "./_definitions.ts";

const ORIGIN = "http://localhost:3000";
const UNKNOWN = "01a20000-0000-7000-8000-00000000dead";
const OPAQUE = makeOpaque("twa_", "019ab000-0000-7000-8000-000000000001");
const JWT = `${Buffer.from('{"typ":"at+jwt","alg":"ES256"}').toString("base64url")}.eyJqdGkiOiIxIn0.c2lnbmF0dXJl`;
let token = "";

beforeAll(async () => {
  process.env.DATABASE_URL = (await testDatabase()).url;
  // hundreds of requests a second are asked by one admin here; the bound has tests of its own
  process.env.API_REQUESTS_PER_SECOND = "10000";
  process.env.MASTER_KEY = randomBytes(32).toString("base64");
  ({ token } = await createApiToken(systemContext(getDatabase(), "test"), {
    name: "test",
    role: "owner",
    isUnattended: true,
  }));
});
afterAll(() => getDatabase().end());

async function ask(route: Route, query: string, body?: object): Promise<{ status: number; text: string }> {
  const { method, path } = route.spec;
  const params = Object.fromEntries([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => [name, UNKNOWN]));
  const request = new Request(`${ORIGIN}${path.replaceAll(/\{\w+\}/g, UNKNOWN)}${query}`, {
    method,
    headers: { host: "localhost:3000", authorization: `Bearer ${token}`, "content-type": "application/json" },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const response = await route(request, { params: Promise.resolve(params) });
  return { status: response.status, text: await response.text() };
}

const routes = allRoutes().filter(({ spec }) => spec.path !== "/api/v1/live");

test.each([
  ["an opaque token", OPAQUE],
  ["a JWT", JWT],
])(
  "%s in the name of a parameter or a field is refused by every route, and not repeated",
  async (_what, secret) => {
    for (const route of routes) {
      const answers = [
        await ask(route, `?${encodeURIComponent(secret)}=1`, route.spec.method === "GET" ? undefined : {}),
      ];
      if (route.spec.body !== undefined) answers.push(await ask(route, "", { [secret]: secret }));
      for (const { status, text } of answers) {
        expect(status).toBeGreaterThanOrEqual(400);
        expect(text).not.toContain(secret.slice(4, 40));
      }
    }
  },
);

test("a token in a name, a note or a setting is refused by the name of its field, and kept nowhere", async () => {
  const route = (is: string) => routes.find(({ spec }) => `${spec.method} ${spec.path}` === is) as Route;
  for (const secret of [OPAQUE, JWT, `see ${JWT.slice(0, 30)}`])
    for (const [is, body, path] of [
      ["POST /api/v1/groups", { name: "A", description: secret }, "description"],
      ["POST /api/v1/api-tokens", { name: secret, role: "auditor" }, "name"],
      [
        "POST /api/v1/users",
        { email: "a@example.com", name: "A", attributes: { note: [secret] } },
        "attributes.note.0",
      ],
      ["POST /api/v1/users/{id}/revoke", { reason: "token_leaked", note: secret }, "note"],
    ] as const) {
      const { status, text } = await ask(route(is), "", body);
      expect({ is, status }).toEqual({ is, status: 400 });
      expect(JSON.parse(text)).toMatchObject({
        errors: [{ path, message: "looks like a token or a secret, which is not kept here" }],
      });
      expect(text).not.toContain(secret.slice(4, 30));
    }
  expect(await getDatabase().query("SELECT id FROM user_group")).toEqual([]);
  const { status } = await ask(route("POST /api/v1/users"), "", {
    email: "b@example.com",
    name: "B",
    password: `${JWT.slice(0, 60)}`,
  });
  expect(status).toBe(201);
});
