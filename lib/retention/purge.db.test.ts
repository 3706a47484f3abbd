import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeEach, describe, expect, test } from "vitest";
import { testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { findPurgedToken } from "./find-purged-token.ts";
import { dateOf } from "./model.ts";
import { purgeRegister } from "./purge-register.ts";
import { purgeWeek } from "./purge-week.ts";
import { type PastRegister, pastRegisterOf } from "./retention-fixture.ts";

const world = testContexts();
const open: PastRegister[] = [];
let past: PastRegister;
let clientId: string;

beforeEach(async () => {
  past = pastRegisterOf(world.db);
  open.push(past);
  await past.makePartitions(25, 20);
  clientId = await past.fixture.client("reconciler");
});
afterAll(async () => {
  await Promise.all(open.map((one) => one.end()));
});

async function rowsOf(table: string): Promise<number> {
  return (await world.db.query(`SELECT FROM ${table}`)).length;
}

async function entries(): Promise<{ name: string; after: Record<string, unknown>; actor: string }[]> {
  return world.db.query(
    "SELECT target_name AS name, after, actor_kind || ' ' || actor_id AS actor FROM audit_entry WHERE act = 'register.week_purged' ORDER BY sequence",
  );
}

describe("a week leaves the register", () => {
  test("with all that hangs on its tokens, on record, and nothing of other weeks", async () => {
    const userId = await past.fixture.user("ana@example.test");
    const old = { clientId, userId, scopes: ["invoices:read"], issuedAt: past.at(20) };
    const familyId = uuidv7(past.at(20));
    await world.db.query(
      "INSERT INTO token_family (id, client_id, user_id, rooted_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
      [familyId, clientId, userId, past.at(20), past.at(20, 5)],
    );
    const gone = await past.token({ ...old, familyId, kind: "refresh", format: "opaque" });
    await past.token({ ...old, familyId, parentId: gone.id });
    const kept = await past.token({ ...old, issuedAt: new Date() });
    for (const token of [gone, kept]) {
      await past.fixture.consume(token, token.issuedAt);
      await world.db.query("INSERT INTO token_usage (token_id, use_count) VALUES ($1, 3)", [token.id]);
      await world.db.query("INSERT INTO token_standing (token_id, revoked_at) VALUES ($1, now())", [
        token.id,
      ]);
      await world.db.query("INSERT INTO selection_token (selection_id, token_id) VALUES ($1, $1)", [
        token.id,
      ]);
    }
    expect(await purgeRegister(past.retention)).toMatchObject({ tokens: 2 });
    expect(await world.db.query("SELECT id FROM token")).toEqual([{ id: kept.id }]);
    expect(await world.db.query("SELECT DISTINCT token_id AS id FROM token_label")).toEqual([
      { id: kept.id },
    ]);
    for (const table of ["token_usage", "token_standing", "refresh_consumption", "selection_token"])
      expect(await world.db.query(`SELECT token_id AS id FROM ${table}`), table).toEqual([{ id: kept.id }]);
    expect(await rowsOf("token_family")).toBe(0);
    const stamp = dateOf(past.weekAgo(20)).replaceAll("-", "");
    expect((await past.partitions()).filter((name) => name.endsWith(stamp))).toEqual([]);
    const purges = await entries();
    expect(purges.filter(({ after }) => after.week === dateOf(past.weekAgo(20)))).toMatchObject([
      { actor: "system worker", after: { tokens: 2, expiredTokenDays: 90 } },
    ]);
    expect(Number(purges.find(({ after }) => after.tokens === 2)?.after.bytes)).toBeGreaterThan(8_192);
    expect(await rowsOf("token_use"), "the evidence stays").toBe(3);
  });

  test("never while one of its tokens lives, or has not been expired for long enough", async () => {
    const dayMs = 86_400_000;
    const until = (ms: number) => new Date(Date.now() - 90 * dayMs + ms);
    await past.token({ clientId, issuedAt: past.at(20) });
    await past.token({ clientId, issuedAt: past.at(20), expiresAt: new Date(Date.now() + dayMs) });
    await past.token({ clientId, issuedAt: past.at(21), expiresAt: until(60_000) });
    await past.token({ clientId, issuedAt: past.at(22), expiresAt: until(-60_000) });
    expect(await purgeRegister(past.retention)).toMatchObject({ tokens: 1 });
    const [{ oldest } = { oldest: null }] = await world.db.query<{ oldest: Date }>(
      "SELECT min(issued_at) AS oldest FROM token",
    );
    expect(oldest).toEqual(past.at(21));
    expect(await rowsOf("token")).toBe(3);
  });

  test("by nobody's word: the database refuses a live week to the retention role and every week to the application", async () => {
    await past.token({ clientId, issuedAt: past.at(20), days: 365 });
    const week = past.weekAgo(20);
    await expect(purgeWeek(past.retention, week)).rejects.toMatchObject({ code: "23514" });
    await expect(purgeWeek(past.retention, past.weekAgo(1))).rejects.toMatchObject({ code: "23514" });
    await expect(
      past.retention.query("SELECT drop_register_week($1)", [past.weekAgo(25)]),
    ).rejects.toMatchObject({
      code: "23514",
    });
    for (const statement of [
      "SELECT drop_register_week(now())",
      "SELECT measure_register_week(now())",
      "DELETE FROM token",
      "DELETE FROM token_standing",
      "INSERT INTO purged_week (week, left_at, tokens, bytes, kept_days) VALUES (date_trunc('week', now(), 'UTC'), now(), 0, 0, 1)",
      "DROP TABLE token",
    ])
      await expect(world.db.query(statement), statement).rejects.toMatchObject({ code: "42501" });
    for (const statement of ["DELETE FROM token", "DELETE FROM token_use", "DELETE FROM audit_entry"])
      await expect(past.retention.query(statement), statement).rejects.toMatchObject({ code: "42501" });
    expect(await rowsOf("token")).toBe(1);
    expect(await entries()).toEqual([]);
  });

  test("also where its tokens stand in the common partition; live ones there stay", async () => {
    const gone = await past.token({ clientId, scopes: ["invoices:read"], issuedAt: past.at(40) });
    const kept = await past.token({ clientId, issuedAt: past.at(41), days: 365 });
    expect(await purgeRegister(past.retention)).toMatchObject({ tokens: 1, swept: 2 });
    expect(await world.db.query("SELECT id FROM token")).toEqual([{ id: kept.id }]);
    expect(await rowsOf("token_label")).toBe(0);
    await expect(
      past.retention.query("DELETE FROM partitions.token_default WHERE id = $1::uuid", [kept.id]),
    ).rejects.toMatchObject({ code: "42501" });
    expect(await findPurgedToken(contextAs(world.db, "auditor"), gone.id)).toMatchObject({ id: gone.id });
  });

  test("once, of two workers at once, and a second run finds nothing", async () => {
    for (let weeks = 20; weeks < 26; weeks += 1) await past.token({ clientId, issuedAt: past.at(weeks) });
    const both = await Promise.all([purgeRegister(past.retention), purgeRegister(past.retention)]);
    // a week that both of them were in the way of is left to the next run
    const { tokens } = await purgeRegister(past.retention);
    expect(both[0].tokens + both[1].tokens + tokens).toBe(6);
    expect(await rowsOf("token")).toBe(0);
    const purges = await entries();
    expect(new Set(purges.map(({ after }) => after.week)).size).toBe(purges.length);
    expect(purges.reduce((sum, { after }) => sum + Number(after.tokens), 0)).toBe(6);
  });

  test("not at all where the worker dies before its commit, and wholly with the next run", async () => {
    await past.token({ clientId, issuedAt: past.at(20) });
    const week = past.weekAgo(20);
    const before = await past.partitions();
    const dying = past.retention.transaction(async (tx) => {
      await tx.query("SELECT measure_register_week($1)", [week]);
      await tx.query(
        "INSERT INTO purged_week (week, left_at, tokens, bytes, kept_days) VALUES ($1, now(), 1, 1, 90)",
        [week],
      );
      await tx.query("SELECT drop_register_week($1)", [week]);
      const [{ pid } = { pid: 0 }] = await tx.query<{ pid: number }>("SELECT pg_backend_pid() AS pid");
      await world.asOwner(`SELECT pg_terminate_backend(${pid})`);
      await tx.query("SELECT 1");
    });
    await expect(dying).rejects.toThrow();
    expect(await past.partitions()).toEqual(before);
    expect(await rowsOf("token")).toBe(1);
    expect(await rowsOf("purged_week")).toBe(0);
    expect(await purgeRegister(past.retention)).toMatchObject({ tokens: 1 });
    expect(await rowsOf("token")).toBe(0);
  });

  test("when the register is free: while it is in use, issue waits for a moment and no longer", async () => {
    await past.token({ clientId, issuedAt: past.at(20) });
    let purge: Promise<unknown> = Promise.resolve();
    let slowest = 0;
    await world.db.transaction(async (tx) => {
      await tx.query("SELECT count(*) FROM token");
      purge = purgeRegister(past.retention);
      const until = Date.now() + 2_500;
      while (Date.now() < until) {
        const from = performance.now();
        await past.fixture.token({ clientId });
        slowest = Math.max(slowest, performance.now() - from);
        await wait(10);
      }
      expect(await past.partitions()).toContain(`token_${dateOf(past.weekAgo(20)).replaceAll("-", "")}`);
    });
    await purge;
    expect(slowest).toBeLessThan(1_500);
    expect(await past.partitions()).not.toContain(`token_${dateOf(past.weekAgo(20)).replaceAll("-", "")}`);
  });
});
