import { randomBytes } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PEER_HEADER } from "#app/_lib/client-address.ts";
import { getDatabase } from "#app/_lib/database.ts";
import { createApiToken } from "#lib/api-tokens/create-api-token.ts";
import { systemContext } from "#lib/context.ts";
import { testDatabase } from "#lib/db/test-database.ts";
import { allRoutes } from "./_definitions.ts";

const ORIGIN = "http://localhost:3000";
let busy: string;
let calm: string;

beforeAll(async () => {
  process.env.DATABASE_URL = (await testDatabase()).url;
  process.env.MASTER_KEY = randomBytes(32).toString("base64");
  process.env.API_REQUESTS_PER_SECOND = "1";
  const ctx = systemContext(getDatabase(), "test");
  busy = (await createApiToken(ctx, { name: "busy", role: "owner" })).token;
  calm = (await createApiToken(ctx, { name: "calm", role: "owner" })).token;
});

afterAll(() => getDatabase().end());

function routeOf(method: string, path: string) {
  const found = allRoutes().find(({ spec }) => spec.method === method && spec.path === path);
  if (found === undefined) throw new Error(`there is no ${method} ${path}`);
  return found;
}

async function call(method: string, path: string, headers: Record<string, string>, body?: string) {
  const request = new Request(ORIGIN + path, {
    method,
    headers: { host: "localhost:3000", "content-type": "application/json", ...headers },
    ...(body === undefined ? {} : { body }),
  });
  return routeOf(method, path)(request, { params: Promise.resolve({}) });
}

const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

async function entries(): Promise<number> {
  return (await getDatabase().query("SELECT id FROM audit_entry")).length;
}

test("an API token that floods is answered 429 with Retry-After, another one and the log of acts are not touched", async () => {
  const before = await entries();
  const answers: Response[] = [];
  // a burst of ten seconds' worth is let through
  while (answers.at(-1)?.status !== 429 && answers.length < 100)
    answers.push(await call("POST", "/api/v1/groups", bearer(busy), "{}"));
  expect(answers.slice(0, 10).every((answer) => answer.status === 400)).toBe(true);
  const refused = answers.at(-1) as Response;
  expect(refused.status).toBe(429);
  expect(refused.headers.get("retry-after")).toBe("1");
  expect(await refused.json()).toMatchObject({ code: "TOO_MANY_REQUESTS", title: "Too many requests" });
  expect((await call("GET", "/api/v1/me", bearer(calm))).status).toBe(200);
  expect(await entries()).toBe(before);
});

test("RateLimit tells what the limiter does: who has none left is refused, and nobody else", async () => {
  const { token } = await createApiToken(systemContext(getDatabase(), "test"), {
    name: "told",
    role: "owner",
  });
  let left = 10;
  for (let answer = await call("GET", "/api/v1/me", bearer(token)); ; ) {
    expect(answer.headers.get("ratelimit-policy")).toBe('"caller";q=10;w=10');
    const [, r, t] = /^"caller";r=(\d+);t=(\d+)$/.exec(answer.headers.get("ratelimit") ?? "") ?? [];
    if (answer.status === 429) {
      expect([left, Number(r)]).toEqual([0, 0]);
      break;
    }
    // a second gives one back
    expect([left - 1, left]).toContain(Number(r));
    expect(Number(t)).toBe(10 - Number(r));
    left = Number(r);
    answer = await call("GET", "/api/v1/me", bearer(token));
  }
  const stranger = await call("GET", "/api/v1/me", { [PEER_HEADER]: "192.0.2.77" });
  expect(stranger.headers.get("ratelimit")).toMatch(/^"address";r=9;t=1$/);
});

test("strangers are bounded by their address, whatever tokens they make up", async () => {
  const from = (ip: string) => ({ [PEER_HEADER]: ip, ...bearer(`twp_${randomBytes(16).toString("hex")}`) });
  const statuses: number[] = [];
  while (statuses.at(-1) !== 429 && statuses.length < 100)
    statuses.push(
      (await call("GET", "/api/v1/me", from(`2001:db8::${statuses.length.toString(16)}`))).status,
    );
  expect(statuses.slice(0, 10).every((status) => status === 401)).toBe(true);
  expect(statuses.at(-1)).toBe(429);
  expect((await call("GET", "/api/v1/me", from("192.0.2.9"))).status).toBe(401);
});

test.each([
  ["lists", "[".repeat(100_000) + "]".repeat(100_000)],
  ["objects", `${'{"a":'.repeat(40_000)}1${"}".repeat(40_000)}`],
])("a body of %s nested a hundred thousand deep is refused with a 400", async (_what, body) => {
  const answer = await call("POST", "/api/v1/clients", bearer(calm), body);
  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    code: "INVALID_INPUT",
    errors: [{ message: "is nested too deeply" }],
  });
});
