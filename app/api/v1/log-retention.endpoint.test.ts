import { afterAll, beforeAll, beforeEach, expect, test } from "vitest";
import type { Role } from "#lib/authz/roles.ts";
import { openSqlDatabase } from "#lib/db/sql-database.ts";
import { changedTables, openContents } from "#lib/db/test-contents.ts";
import { DAY_MS, dayOf, type LogPlan, type LogRetention } from "#lib/log-retention/model.ts";
import { purgeLog } from "#lib/log-retention/purge-log.ts";
import { verifyUseDay } from "#lib/log-retention/verify-use-day.ts";
import { type PastRegister, pastRegisterOf } from "#lib/retention/retention-fixture.ts";
import { WHY } from "./test-approvals.ts";
import { startTestConsole, type TestConsole } from "./test-console.ts";
import { addTestPerson, proveFor, type TestPerson } from "./test-people.ts";

let console: TestConsole;
let past: PastRegister;
const old = dayOf(new Date(Date.now() - 40 * DAY_MS));

/** Three uses of forty days ago, and an act of long ago under a checkpoint. */
beforeAll(async () => {
  console = await startTestConsole();
  past = pastRegisterOf(console.db);
  await console.db.query("SELECT ensure_partitions($1::timestamptz, $1::timestamptz + interval '1 day')", [
    old,
  ]);
  await console.db.query(
    `INSERT INTO token_use (id, received_at, at, outcome, source, token_id, token_kind, family_id, client_id, subject, writer_id, flush, ordinal, salt)
     SELECT gen_random_uuid(), $1::timestamptz + interval '1 hour', $1::timestamptz, 'allowed', 'introspection', gen_random_uuid(), 'access', gen_random_uuid(),
       gen_random_uuid(), 'somebody', '00000000-0000-4000-8000-000000000001', 1, n, '\\x00' FROM generate_series(1, 3) n`,
    [old],
  );
});
beforeEach(() => console.db.query("UPDATE organisation SET use_days = 365, act_days = 3650, version = 1"));
afterAll(async () => {
  await past.end();
  await console.end();
});

async function ask<Body>(
  method: "GET" | "PUT" | "POST",
  path: string,
  { role = "owner", query = "", body }: { role?: Role | null; query?: string; body?: unknown } = {},
): Promise<{ status: number; body: Body }> {
  const text = body === undefined ? undefined : JSON.stringify(body);
  const response = await console.send({ method, path, role, query, body: text });
  return { status: response.status, body: (await response.json()) as Body };
}

const read = async () => (await ask<LogRetention>("GET", "/api/v1/log-retention", { role: "auditor" })).body;
const change = (body: object, role: Role | null = "owner") =>
  ask<{ code: string; errors: { path: string; message: string }[] }>("PUT", "/api/v1/log-retention", {
    role,
    body,
  });
const lowered = { version: 1, useDays: 30, actDays: 3650 };

test("the log is shown day by day, with its uses, bytes and when each leaves; acts and seals beside it", async () => {
  const { connectionString } = console.db.pool.options as { connectionString: string };
  const owner = openSqlDatabase({
    url: connectionString,
    role: "owner",
    maxConnections: 1,
    applicationName: "test",
  });
  await owner.query(`ANALYZE partitions.token_use_${old.replaceAll("-", "")}`).finally(() => owner.end());
  const retention = await read();
  expect(retention).toMatchObject({ useDays: 365, actDays: 3650, version: 1, due: { acts: null } });
  const row = retention.days.find(({ day }) => day === old);
  expect(row).toMatchObject({ uses: 3, leavesAt: new Date(Date.parse(old) + 366 * DAY_MS).toISOString() });
  expect(row?.bytes).toBeGreaterThan(8_192);
  expect(retention.perDay?.days).toBe(7);
  expect(retention.sealBytes).toBeGreaterThan(0);
});

test("fewer days are taken with the days that were shown, on record; others are named and nothing is changed", async () => {
  const { body: plan } = await ask<LogPlan>("GET", "/api/v1/log-retention/plan", {
    role: "auditor",
    query: "?useDays=30&actDays=3650",
  });
  const leavingDays = plan.days.days.map(({ day }) => day);
  expect(leavingDays).toContain(old);
  const refused = await change(lowered);
  expect(refused).toMatchObject({
    status: 409,
    body: { code: "PLAN_CHANGED", errors: [{ path: "leavingDays", message: expect.stringContaining(old) }] },
  });
  expect(await read()).toMatchObject({ useDays: 365, version: 1 });
  expect(await change({ ...lowered, leavingDays })).toMatchObject({
    status: 200,
    body: { useDays: 30, actDays: 3650, version: 2 },
  });
  expect((await read()).due.days.days.map(({ day }) => day)).toContain(old);
  const [entry] = await console.db.query(
    "SELECT act, before, after FROM audit_entry ORDER BY sequence DESC LIMIT 1",
  );
  expect(entry).toMatchObject({
    act: "organisation.updated",
    before: { useDays: 365 },
    after: { useDays: 30, leavingDays },
  });
});

test("more days need nothing confirmed, the same record nothing, and the later of two owners is told", async () => {
  const more = { version: 1, useDays: 400, actDays: 3650 };
  expect(await change(more)).toMatchObject({ status: 200, body: { version: 2 } });
  expect(await change({ ...more, version: 2 })).toMatchObject({ status: 200, body: { version: 2 } });
  expect(await change(more)).toMatchObject({ status: 409, body: { code: "STALE_VERSION" } });
});

test.each<Role | null>(["responder", "governor", "auditor", null])("%s may not change it", async (role) => {
  expect((await change({ ...lowered, useDays: 400 }, role)).status).toBe(role === null ? 401 : 403);
  expect((await read()).useDays).toBe(365);
});

test.each([
  ["useDays", 29],
  ["useDays", 3651],
  ["useDays", "90"],
  ["actDays", 89],
  ["actDays", 1.5],
])("%s of %j is refused by name, and by the database", async (path, value) => {
  expect(await change({ ...lowered, [path]: value })).toMatchObject({
    status: 400,
    body: { errors: [{ path }] },
  });
  const column = path === "useDays" ? "use_days" : "act_days";
  if (Number.isInteger(value))
    await expect(console.db.query(`UPDATE organisation SET ${column} = ${value}`)).rejects.toMatchObject({
      code: "23514",
    });
});

test.each(["", "?useDays=30", "?useDays=29&actDays=365", "?useDays=30&actDays=365&other=1"])(
  "a plan for %j is refused",
  async (query) => {
    expect((await ask("GET", "/api/v1/log-retention/plan", { query })).status).toBe(400);
  },
);

/** Where retention wants two: one asks, the other sees which day leaves, and it is let go with the approval. */
async function releaseBySecondPerson() {
  await console.db.query("UPDATE approval_policy SET kinds = '{retention}'");
  const [one, two] = [await addTestPerson(console.db, "owner"), await addTestPerson(console.db, "owner")];
  const send = async (who: TestPerson, path: string, { id = "", body = {}, more = {} }) => {
    const headers = { cookie: who.cookie, origin: "http://localhost:3000", ...more };
    const request = {
      method: "POST",
      path,
      role: null,
      segments: { id },
      body: JSON.stringify(body),
      headers,
    };
    const response = await console.send(request);
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };
  const RELEASES = "/api/v1/log-retention/releases";
  const body = { day: old, note: "A test's checkpoint" };
  expect((await send(one, RELEASES, { body })).body).toMatchObject({ code: "APPROVAL_REQUIRED" });
  const { subject } = (await send(one, RELEASES, { body, more: WHY })).body;
  await proveFor(console.db, one, String(subject));
  const asked = await send(one, RELEASES, { body, more: WHY });
  expect(asked, JSON.stringify(asked.body)).toMatchObject({ status: 202 });
  expect((await read()).heldDay, "nothing is let go yet").not.toBeNull();
  const id = String(asked.body.id);
  await proveFor(console.db, two, id);
  const approved = await send(two, "/api/v1/approvals/{id}/approve", { id });
  expect(approved.body).toMatchObject({
    state: "done",
    shown: { acts: [{ act: "log.day_released" }] },
  });
  await console.db.query("UPDATE approval_policy SET kinds = '{}'");
}

test("what has left is listed, and is no more among what is there", async () => {
  await console.db.query("UPDATE organisation SET use_days = 30");
  await console.db.query(
    "INSERT INTO checkpoint (number, at, kid, jws) VALUES (1, $1::timestamptz + interval '3 days', 'test', 'e30.e30.e30')",
    [old],
  );
  // that checkpoint is nobody's: the day is held back, shown so, and leaves once an owner has let it go
  const run = () =>
    purgeLog(past.retention, {
      verify: (day) => verifyUseDay(console.db, day, { held: async () => null }),
    });
  expect(await run()).toMatchObject({ uses: 0, brokenDay: old });
  expect((await read()).heldDay).toMatchObject({
    day: old,
    problems: [expect.objectContaining({ chain: "checkpoints", says: "it cannot be read" })],
  });
  const release = (day: string, role: Role) =>
    ask("POST", "/api/v1/log-retention/releases", { role, body: { day, note: "A test's checkpoint" } });
  expect(await release(old, "auditor")).toMatchObject({ status: 403 });
  expect(await release("2020-01-01", "owner")).toMatchObject({ status: 409, body: { code: "CONFLICT" } });
  // no entry, no act (P1)
  const contents = await openContents(process.env.DATABASE_URL ?? "");
  const before = await contents.read();
  await contents.run("REVOKE INSERT ON audit_entry FROM tokenwarden_app");
  expect(await release(old, "owner")).toMatchObject({ status: 503 });
  expect(changedTables(before, await contents.read())).toEqual([]);
  await contents.run("GRANT INSERT ON audit_entry TO tokenwarden_app");
  await contents.end();
  await releaseBySecondPerson();
  expect((await read()).heldDay).toBeNull();
  expect(await run()).toMatchObject({ uses: 3, acts: 0, unsignedDay: null });
  const retention = await read();
  expect(retention.purgedDays.find(({ day }) => day === old)).toMatchObject({
    uses: 3,
    keptDays: 30,
    checkpoint: 1,
  });
  expect(retention.days.some(({ day }) => day === old)).toBe(false);
  expect(retention.purged).toMatchObject({ uses: 3, acts: 0 });
});
