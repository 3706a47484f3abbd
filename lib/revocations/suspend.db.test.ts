import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAuditEntries } from "../audit/list-audit-entries.ts";
import { auditEntriesTable } from "../audit/table.ts";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { parseListQueryStrict } from "../list-query/parse-list-query.ts";
import { createPlan } from "../order-plans/create-plan.ts";
import { planInput } from "../order-plans/input.ts";
import { placePlannedOrder } from "../order-plans/place-planned-order.ts";
import { getToken } from "../tokens/get-token.ts";
import { listTokens } from "../tokens/list-tokens.ts";
import { tokensTable } from "../tokens/table.ts";
import { contextAs, type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { cancelOrder } from "./cancel-order.ts";
import { getOrder } from "./get-order.ts";
import { listOrders } from "./list-orders.ts";
import type { OrderRow, TargetKind } from "./model.ts";
import { restoreTarget } from "./restore-target.ts";
import { revokeToken } from "./revoke-token.ts";
import { ordersTable } from "./table.ts";
import { settleAll } from "./test-settle.ts";

let db: Database;
let fixture: Fixture;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  fixture = fixtureOf(db);
});
afterAll(() => db.end());

const why = { reason: "policy", note: "" } as const;
const as = (role: "owner" | "responder" | "governor" | "auditor", now = new Date()) =>
  contextAs(db, role, now);

async function order(input: object): Promise<OrderRow> {
  const ctx = as("owner");
  const made = await createPlan(ctx, planInput.parse(input));
  return (await placePlannedOrder({ ...ctx, now: new Date() }, { planId: made.id, ...why })).order;
}

const suspend = (kind: TargetKind, id: string, more: object = {}) =>
  order({ verb: "suspend", target: { kind, id }, ...more });
const restore = (kind: TargetKind, id: string, ctx: Context = as("responder")) =>
  restoreTarget(ctx, { target: { kind, id }, ...why });
const stateOf = async (id: string, now = new Date()) => (await getToken(as("auditor", now), id)).state;

async function holder() {
  const tag = randomUUID().slice(0, 8);
  const clientId = await fixture.client(`app-${tag}`);
  const userId = await fixture.user(`u-${tag}@example.test`);
  const token = await fixture.token({ clientId, userId });
  return { clientName: `app-${tag}`, clientId, userId, id: token.id };
}

const inMs = (ms: number) => new Date(Date.now() + ms);

describe.each([
  ["unsettled", () => Promise.resolve()],
  ["settled", (): Promise<void> => settleAll(db)],
] as const)("a suspension that is %s", (_how, settle) => {
  test("ends by a restore of its own target alone, and never touches a revocation (mistake 13)", async () => {
    const one = await holder();
    const second = await fixture.token({ clientId: one.clientId, userId: one.userId });
    await revokeToken(as("responder"), { id: second.id, ...why });
    await suspend("client", one.clientId);
    await suspend("user", one.userId);
    await settle();
    expect([await stateOf(one.id), await stateOf(second.id)]).toEqual(["suspended", "revoked"]);
    await restore("client", one.clientId);
    await settle();
    expect(await stateOf(one.id)).toBe("suspended");
    const ends = async () =>
      (await getToken(as("auditor"), one.id)).orders
        .filter(({ verb }) => verb === "suspend")
        .map(({ targetKind, until }) => [targetKind, until !== null]);
    expect(await ends()).toEqual([
      ["client", true],
      ["user", false],
    ]);
    expect((await restore("user", one.userId)).ended).toMatchObject([
      { verb: "suspend", standing: "restored" },
    ]);
    expect([await stateOf(one.id), await stateOf(second.id)]).toEqual(["active", "revoked"]);
    await settle();
    expect([await stateOf(one.id), await stateOf(second.id)]).toEqual(["active", "revoked"]);
  });

  test("ends by itself at its end, in every list and filter, and the longer of two holds", async () => {
    const one = await holder();
    const [end, last] = [inMs(60_000), inMs(120_000)];
    await suspend("user", one.userId, { suspendedUntil: last.toISOString() });
    await suspend("client", one.clientId, { suspendedUntil: end.toISOString() });
    await settle();
    const found = async (now: Date, state: string) => {
      const query = parseListQueryStrict(tokensTable, { client: one.clientName, state });
      return (await listTokens(as("auditor", now), query)).rows.map((row) => row.id);
    };
    for (const [at, state] of [
      [new Date(), "suspended"],
      [new Date(end.getTime() + 1), "suspended"],
      [new Date(last.getTime() - 1), "suspended"],
      [last, "active"],
    ] as const) {
      expect(await stateOf(one.id, at)).toBe(state);
      expect(await found(at, state)).toEqual([one.id]);
      expect(await found(at, state === "active" ? "suspended" : "active")).toEqual([]);
    }
  });
});

test("a restore is on record, and a second one finds nothing to end", async () => {
  const one = await holder();
  await suspend("client", one.clientId);
  const tries = await Promise.allSettled([restore("client", one.clientId), restore("client", one.clientId)]);
  expect(tries.map((result) => result.status).sort()).toEqual(["fulfilled", "rejected"]);
  await expect(restore("client", one.clientId)).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(restore("user", one.userId)).rejects.toMatchObject({ code: "NOT_FOUND" });
  const { rows } = await listAuditEntries(as("auditor"), {
    ...defaultQuery(auditEntriesTable),
    filters: { targetId: [one.clientId] },
  });
  expect(rows.map((row) => row.act)).toEqual(["client.tokens_restored", "client.tokens_suspended"]);
});

test("who may not suspend a kind may not restore it", async () => {
  const one = await holder();
  await suspend("client", one.clientId);
  for (const role of ["auditor", "governor"] as const)
    await expect(restore("client", one.clientId, as(role))).rejects.toMatchObject({ code: "FORBIDDEN" });
  expect(await stateOf(one.id)).toBe("suspended");
});

describe("an order that begins later", () => {
  test("counts for nothing before its instant, and from then on for every token rooted until it, settled or not", async () => {
    const one = await holder();
    const begins = inMs(3_600_000);
    const placed = await order({
      verb: "revoke",
      target: { kind: "client", id: one.clientId },
      effectiveFrom: begins.toISOString(),
    });
    expect(placed).toMatchObject({ standing: "scheduled", cutoff: begins.toISOString() });
    await settleAll(db);
    const meanwhile = await fixture.token({ clientId: one.clientId, expiresAt: inMs(7_200_000) });
    await db.query("SELECT 1");
    const before = new Date(begins.getTime() - 1);
    expect(await stateOf(meanwhile.id, before)).toBe("active");
    expect(await stateOf(meanwhile.id, begins)).toBe("revoked");
    const after = await fixture.token({
      clientId: one.clientId,
      issuedAt: new Date(begins.getTime() + 1),
      expiresAt: inMs(7_200_000),
    });
    expect(await stateOf(after.id, new Date(begins.getTime() + 60_000))).toBe("active");
    const { rows } = await listOrders(as("auditor"), {
      ...defaultQuery(ordersTable),
      filters: { scheduled: true, targetId: one.clientId },
    });
    expect(rows.map((row) => row.id)).toEqual([placed.id]);
  });

  test("is called off until five seconds before, once, on record, and then never begins", async () => {
    const one = await holder();
    const begins = inMs(3_600_000);
    const placed = await order({
      verb: "revoke",
      target: { kind: "client", id: one.clientId },
      effectiveFrom: begins.toISOString(),
    });
    const late = as("responder", new Date(begins.getTime() - 4_999));
    await expect(cancelOrder(late, { id: placed.id, ...why })).rejects.toMatchObject({
      code: "ALREADY_ENDED",
    });
    for (const role of ["auditor", "governor"] as const)
      await expect(cancelOrder(as(role), { id: placed.id, ...why })).rejects.toMatchObject({
        code: "FORBIDDEN",
      });
    const tries = await Promise.allSettled(
      Array.from({ length: 4 }, () => cancelOrder(as("responder"), { id: placed.id, ...why })),
    );
    expect(tries.filter((result) => result.status === "fulfilled")).toHaveLength(1);
    expect(await getOrder(as("auditor"), placed.id)).toMatchObject({
      standing: "cancelled",
      settledCount: 0,
    });
    expect(await stateOf(one.id, begins)).not.toBe("revoked");
    const longest = await fixture.token({ clientId: one.clientId, expiresAt: inMs(7_200_000) });
    expect(await stateOf(longest.id, new Date(begins.getTime() + 1))).toBe("active");
    const { rows } = await listAuditEntries(as("auditor"), {
      ...defaultQuery(auditEntriesTable),
      filters: { targetId: [one.clientId] },
    });
    expect(rows.map((row) => row.act)).toEqual(["order.cancelled", "order.revocation_scheduled"]);
    // the target is no worse to revoke for it
    await expect(
      order({ verb: "revoke", target: { kind: "client", id: one.clientId } }),
    ).resolves.toMatchObject({
      standing: "in_force",
    });
  });

  test("is not called off once it is in force, nor is any that was placed to hold at once", async () => {
    const one = await holder();
    const placed = await suspend("client", one.clientId);
    await expect(cancelOrder(as("owner"), { id: placed.id, ...why })).rejects.toMatchObject({
      code: "ALREADY_ENDED",
    });
    for (const id of [randomUUID(), "x"])
      await expect(cancelOrder(as("owner"), { id, ...why })).rejects.toMatchObject({ code: "NOT_FOUND" });
  });

  test("ends the user's sign-on sessions at its instant, not before, and not those that began after it", async () => {
    const one = await holder();
    const session = (uid: string, at: Date) =>
      db.query(
        "INSERT INTO protocol_state (model, id_hash, payload, account_id, uid, created_at, expires_at) VALUES ('Session', $1, '{}', $2, $3, $4, now() + interval '1 hour')",
        [Buffer.from(uid), one.userId, uid, at],
      );
    const left = async () =>
      (
        await db.query<{ uid: string }>("SELECT uid FROM protocol_state WHERE account_id = $1 ORDER BY uid", [
          one.userId,
        ])
      ).map((row) => row.uid);
    await session(`a-${one.userId}`, new Date());
    const begins = inMs(3_000);
    await suspend("user", one.userId, { effectiveFrom: begins.toISOString() });
    await settleAll(db);
    expect(await left()).toHaveLength(1);
    await session(`b-${one.userId}`, new Date(begins.getTime() + 1));
    await expect.poll(() => Date.now(), { timeout: 10_000 }).toBeGreaterThan(begins.getTime());
    await settleAll(db);
    expect(await left()).toEqual([`b-${one.userId}`]);
  });

  test("does not keep a client from giving its token up before", async () => {
    const one = await holder();
    await order({
      verb: "revoke",
      target: { kind: "token", id: one.id },
      effectiveFrom: inMs(3_600_000).toISOString(),
    });
    expect(await stateOf(one.id)).toBe("active");
    expect((await revokeToken(as("responder"), { id: one.id, ...why })).wasPlaced).toBe(true);
    expect(await stateOf(one.id)).toBe("revoked");
  });
});

test("a restore ends what is suspended and what is to be, and says how many of each", async () => {
  const one = await holder();
  await suspend("client", one.clientId);
  await suspend("client", one.clientId, { effectiveFrom: inMs(600_000).toISOString() });
  const result = await restore("client", one.clientId);
  expect(result.says).toMatch(/^The suspension ended; One that was to begin later will not\./);
  const longest = await fixture.token({ clientId: one.clientId, expiresAt: inMs(7_200_000) });
  expect(await stateOf(longest.id, inMs(601_000))).toBe("active");
});
