import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Role } from "#lib/authz/roles.ts";
import type { Retention, RetentionPlan } from "#lib/retention/model.ts";
import { dateOf } from "#lib/retention/model.ts";
import { purgeRegister } from "#lib/retention/purge-register.ts";
import { type PastRegister, pastRegisterOf } from "#lib/retention/retention-fixture.ts";
import type { NewToken } from "#lib/tokens/register.ts";
import { startTestConsole, type TestConsole } from "./test-console.ts";

let console: TestConsole;
let past: PastRegister;
let old: NewToken;

beforeAll(async () => {
  console = await startTestConsole();
  past = pastRegisterOf(console.db);
  await past.makePartitions(8, 8);
  const clientId = await past.fixture.client("reconciler");
  old = await past.token({ clientId, issuedAt: past.at(8) });
  await past.token({ clientId, issuedAt: past.at(8), days: 3 });
  await past.token({ clientId, issuedAt: past.at(4), days: 60 });
});
beforeEach(() => console.db.query("UPDATE organisation SET expired_token_days = 90, version = 1"));
afterAll(async () => {
  await past.end();
  await console.end();
});

async function ask<Body>(
  method: "GET" | "PUT",
  path: string,
  { role = "owner", query = "", body }: { role?: Role | null; query?: string; body?: unknown } = {},
): Promise<{ status: number; body: Body }> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const response = await console.send({ method, path, role, query, body: text });
  return { status: response.status, body: (await response.json()) as Body };
}

const read = async () => (await ask<Retention>("GET", "/api/v1/retention", { role: "auditor" })).body;
const change = (body: object, role: Role | null = "owner") =>
  ask<{ code: string; errors: { path: string; message: string }[] }>("PUT", "/api/v1/retention", {
    role,
    body,
  });
const week = () => dateOf(past.weekAgo(8));

test("the register is shown week by week, with its tokens, bytes and when each leaves", async () => {
  const retention = await read();
  expect(retention).toMatchObject({
    expiredTokenDays: 90,
    version: 1,
    tokens: 3,
    due: { weeks: [], tokens: 0 },
  });
  const row = retention.weeks.find((one) => one.week === week());
  expect(row).toMatchObject({ tokens: 2, lastExpiresAt: past.at(8, 4).toISOString() });
  expect(row?.bytes).toBeGreaterThan(8_192);
  expect(row?.leavesAt).toBe(past.at(8, 97).toISOString());
  expect(retention.bytes).toBeGreaterThanOrEqual(row?.bytes ?? 0);
  expect(new Date(retention.nextRunAt).getUTCMinutes()).toBe(35);
});

test("a plan says what fewer days would take out, and changes nothing", async () => {
  const plan = await ask<RetentionPlan>("GET", "/api/v1/retention/plan", {
    role: "auditor",
    query: "?days=30",
  });
  expect(plan.body).toMatchObject({ expiredTokenDays: 30, tokens: 2 });
  expect(plan.body.weeks.filter(({ tokens }) => tokens > 0)).toMatchObject([{ week: week(), tokens: 2 }]);
  expect((await read()).expiredTokenDays).toBe(90);
});

test("fewer days are taken with the weeks that were shown, on record; others are named and nothing is changed", async () => {
  const { body: plan } = await ask<RetentionPlan>("GET", "/api/v1/retention/plan", { query: "?days=30" });
  const refused = await change({ version: 1, expiredTokenDays: 30 });
  expect(refused).toMatchObject({
    status: 409,
    body: { code: "PLAN_CHANGED", errors: [{ path: "leaving" }] },
  });
  expect(refused.body.errors[0]?.message).toContain(week());
  expect(await read()).toMatchObject({ expiredTokenDays: 90, version: 1 });
  const leaving = plan.weeks.map((one) => one.week);
  expect(await change({ version: 1, expiredTokenDays: 30, leaving })).toMatchObject({
    status: 200,
    body: { expiredTokenDays: 30, version: 2 },
  });
  expect((await read()).due).toMatchObject({ tokens: 2 });
  const [entry] = await console.db.query(
    "SELECT act, before, after FROM audit_entry ORDER BY sequence DESC LIMIT 1",
  );
  expect(entry).toMatchObject({
    act: "organisation.updated",
    before: { expiredTokenDays: 90 },
    after: { expiredTokenDays: 30, leavingWeeks: leaving, leavingTokens: 2 },
  });
});

test("more days need nothing confirmed, and the same days record nothing", async () => {
  expect(await change({ version: 1, expiredTokenDays: 365 })).toMatchObject({
    status: 200,
    body: { version: 2 },
  });
  expect(await change({ version: 2, expiredTokenDays: 365 })).toMatchObject({
    status: 200,
    body: { version: 2 },
  });
});

test("two owners at once: the later one is told", async () => {
  expect((await change({ version: 1, expiredTokenDays: 120 })).status).toBe(200);
  expect(await change({ version: 1, expiredTokenDays: 100 })).toMatchObject({
    status: 409,
    body: { code: "STALE_VERSION" },
  });
});

test.each<Role | null>(["responder", "governor", "auditor", null])("%s may not change it", async (role) => {
  expect((await change({ version: 1, expiredTokenDays: 365 }, role)).status).toBe(role === null ? 401 : 403);
  expect((await read()).expiredTokenDays).toBe(90);
});

test.each([0, 6, -1, 3651, 1.5, "90", null, 1e9])("%j days are refused by name", async (expiredTokenDays) => {
  expect(await change({ version: 1, expiredTokenDays })).toMatchObject({
    status: 400,
    body: { errors: [{ path: "expiredTokenDays" }] },
  });
});

test.each(["", "?days=0", "?days=6", "?days=3651", "?days=1.5", "?days=x", "?days=1&days=2", "?other=1"])(
  "a plan for %s is refused",
  async (query) => {
    expect((await ask("GET", "/api/v1/retention/plan", { query })).status).toBe(400);
  },
);

test("the database holds the bounds too", async () => {
  for (const days of [6, 3651])
    await expect(
      console.db.query(`UPDATE organisation SET expired_token_days = ${days}`),
    ).rejects.toMatchObject({
      code: "23514",
    });
});

test("a token that has left is 410 by its id, and found as one that left", async () => {
  await console.db.query("UPDATE organisation SET expired_token_days = 30");
  await purgeRegister(past.retention);
  const send = (path: string, query: string, segments = {}) =>
    console.send({ method: "GET", path, role: "auditor", query, segments });
  const response = await send("/api/v1/tokens/{id}", "", { id: old.id });
  expect(response.status).toBe(410);
  expect(await response.json()).toMatchObject({ code: "GONE", detail: expect.stringContaining("audit log") });
  expect((await send("/api/v1/tokens/{id}/lifeline", "", { id: old.id })).status).toBe(410);
  expect(await (await send("/api/v1/tokens/find", `?by=${old.id}`)).json()).toMatchObject({
    token: null,
    left: { week: week() },
  });
  expect(await (await send("/api/v1/tokens/find", `?by=${old.valueHash.toString("hex")}`)).json()).toEqual({
    token: null,
    left: null,
  });
  const retention = await read();
  expect(retention).toMatchObject({ tokens: 1, purgedTokens: 2 });
  expect(retention.purged.find((one) => one.week === week())).toMatchObject({ tokens: 2, keptDays: 30 });
  expect(retention.weeks.some((one) => one.week === week())).toBe(false);
});
