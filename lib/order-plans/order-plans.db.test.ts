import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { listAuditEntries } from "../audit/list-audit-entries.ts";
import { auditEntriesTable } from "../audit/table.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { cancelOrder } from "../revocations/cancel-order.ts";
import { cancelOrdersTogether } from "../revocations/cancel-orders-together.ts";
import { getOrder } from "../revocations/get-order.ts";
import { restoreTarget } from "../revocations/restore-target.ts";
import { getToken } from "../tokens/get-token.ts";
import type { Fixture } from "../tokens/token-fixture.ts";
import { placePlannedOrder } from "./place-planned-order.ts";
import { type PlanFixture, type PlanWorld, planFixtureOf, why } from "./plan-fixture.ts";

let db: Database;
let fixture: Fixture;
let plans: PlanFixture;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  plans = planFixtureOf(db);
  fixture = plans.tokens;
});
afterAll(() => db.end());

const as = (role: Role) => plans.as(role);
const later = (ctx: Context, ms = 0) => plans.later(ctx, ms);
const plan = (ctx: Context, input: unknown) => plans.plan(ctx, input);
const place = (ctx: Context, planId: string, more: { confirm?: string } = {}) =>
  plans.place(ctx, planId, more);
const stateOf = (id: string) => plans.stateOf(id);
const stateAt = async (id: string, now: Date) => (await getToken({ ...as("auditor"), now }, id)).state;
const world = () => plans.world();

const TARGETS: Record<string, (one: PlanWorld) => { kind: string; id: string }> = {
  client: (one) => ({ kind: "client", id: one.clientId }),
  permission: (one) => ({ kind: "permission", id: one.scope }),
  group: (one) => ({ kind: "group", id: one.group }),
  audience: (one) => ({ kind: "audience", id: one.audience }),
};

describe.each(Object.keys(TARGETS))("a plan for a %s", (kind) => {
  const targetOf = TARGETS[kind] as (one: PlanWorld) => { kind: string; id: string };

  test("names who is reached, and its order reaches them and nobody else", async () => {
    const [one, other] = [await world(), await world()];
    const ctx = as("responder");
    const made = await plan(ctx, { verb: "revoke", target: targetOf(one) });
    expect(made).toMatchObject({
      tokens: { value: 2, isExact: true },
      users: { value: 2, isExact: true },
      clients: { value: 1, isExact: true },
      verifiers: { value: 1, isExact: true },
      needsOwner: false,
      confirm: null,
    });
    expect(made.named.users.map((user) => user.name)).toEqual(one.emails);
    expect(made.named.verifiers.map((verifier) => verifier.name)).toEqual([`gate-${one.tag}`]);
    expect(made.sentences.join(" ")).toContain("2 tokens of 2 users stop working, everywhere and at once.");
    expect(await stateOf(one.first)).toBe("active");

    const done = await place(ctx, made.id);
    expect(done).toMatchObject({ wasPlaced: true, orders: 1, reached: { tokens: 2, isExact: true } });
    expect([await stateOf(one.first), await stateOf(one.second)]).toEqual(["revoked", "revoked"]);
    expect(await stateOf(other.first)).toBe("active");
  });

  test("is refused when somebody came whom it did not name, with who it is, and nothing is changed (mistake 12)", async () => {
    const one = await world();
    const ctx = as("responder");
    const made = await plan(ctx, { verb: "revoke", target: targetOf(one) });
    const email = `new-${one.tag}@example.test`;
    await fixture.token({ ...one.common, userId: await fixture.user(email) });
    await expect(place(ctx, made.id)).rejects.toMatchObject({
      code: "PLAN_CHANGED",
      message: expect.stringContaining("1 user"),
      fields: [{ path: "users", message: email }],
    });
    expect(await stateOf(one.first)).toBe("active");
    // and a plan that names them goes through
    const again = await plan(ctx, { verb: "revoke", target: targetOf(one) });
    expect(await place(ctx, again.id)).toMatchObject({ wasPlaced: true, reached: { tokens: 3 } });
  });

  test("is refused when another verifier answers for its tokens since", async () => {
    const one = await world();
    const ctx = as("responder");
    const made = await plan(ctx, { verb: "suspend", target: targetOf(one) });
    await plans.addVerifier(`late-${one.tag}`, one.audience);
    await expect(place(ctx, made.id)).rejects.toMatchObject({
      code: "PLAN_CHANGED",
      fields: [{ path: "verifiers", message: `late-${one.tag}` }],
    });
  });

  test("does not mind tokens that ended since, or more tokens of those it named", async () => {
    const one = await world();
    const ctx = as("responder");
    const made = await plan(ctx, { verb: "revoke", target: targetOf(one) });
    const single = await plan(ctx, { verb: "revoke", target: { kind: "token", id: one.first } });
    await place(ctx, single.id);
    const more = await fixture.token({ ...one.common, userId: one.users[1] as string });
    expect(await place(ctx, made.id)).toMatchObject({ wasPlaced: true, reached: { tokens: 2 } });
    expect(await stateOf(more.id)).toBe("revoked");
  });
});

test("who comes while the order waits for another one is seen by its second look", async () => {
  const one = await world();
  const ctx = as("responder");
  const made = await plan(ctx, { verb: "revoke", target: { kind: "client", id: one.clientId } });
  const email = `new-${one.tag}@example.test`;
  const userId = await fixture.user(email);
  let waiting: Promise<unknown> = Promise.resolve();
  await db.transaction(async (tx) => {
    await tx.query("SELECT position FROM feed_head WHERE id = 1 FOR UPDATE");
    waiting = place(ctx, made.id).catch((error: unknown) => error);
    // past its first look, and in the line for the feed's head
    await expect
      .poll(
        async () => {
          const rows = await db.query<{ count: number }>(
            `SELECT count(*)::int AS count FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
             WHERE NOT l.granted AND a.datname = current_database()`,
          );
          return rows[0]?.count;
        },
        { timeout: 10_000 },
      )
      .toBe(1);
    await fixture.token({ ...one.common, userId });
  });
  expect(await waiting).toMatchObject({ code: "PLAN_CHANGED", fields: [{ path: "users", message: email }] });
  expect(await stateOf(one.first)).toBe("active");
});

test("a plan that was made for tokens that expire meanwhile holds", async () => {
  const one = await world();
  const brief = await fixture.token({
    ...one.common,
    userId: one.users[0] as string,
    expiresAt: new Date(Date.now() + 700),
  });
  const ctx = as("responder");
  const made = await plan(ctx, { verb: "revoke", target: { kind: "client", id: one.clientId } });
  await expect.poll(() => stateOf(brief.id)).toBe("expired");
  expect(await place(ctx, made.id)).toMatchObject({ wasPlaced: true });
});

describe("a plan is", () => {
  const some = async () => {
    const one = await world();
    const ctx = as("responder");
    return {
      one,
      ctx,
      made: await plan(ctx, { verb: "revoke", target: { kind: "client", id: one.clientId } }),
    };
  };

  test("used once, and names its order", async () => {
    const { ctx, made } = await some();
    const { order } = await place(ctx, made.id);
    await expect(place(ctx, made.id)).rejects.toMatchObject({
      code: "ALREADY_ENDED",
      message: expect.stringContaining(order.id),
    });
  });

  test("used once by two at the same moment", async () => {
    const { ctx, made } = await some();
    const tries = await Promise.allSettled(Array.from({ length: 5 }, () => place(ctx, made.id)));
    expect(tries.filter((one) => one.status === "fulfilled")).toHaveLength(1);
    const orders = await db.query("SELECT id FROM revocation_order WHERE plan_id = $1", [made.id]);
    expect(orders).toHaveLength(1);
  });

  test("nobody else's: another admin's is not found, an owner's neither", async () => {
    const { one, made } = await some();
    for (const role of ["responder", "owner"] as const)
      await expect(place(as(role), made.id)).rejects.toMatchObject({ code: "NOT_FOUND" });
    await expect(place(as("responder"), randomUUID())).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await stateOf(one.first)).toBe("active");
  });

  test("gone when it has expired", async () => {
    const { ctx, one, made } = await some();
    const tooLate = later(ctx, 10 * 60_000 + 1_000);
    await expect(placePlannedOrder(tooLate, { planId: made.id, ...why })).rejects.toMatchObject({
      code: "GONE",
    });
    expect(await stateOf(one.first)).toBe("active");
  });

  test("for its own target", async () => {
    const { ctx, one, made } = await some();
    const target = { kind: "user", id: one.users[0] as string } as const;
    await expect(placePlannedOrder(later(ctx), { planId: made.id, target, ...why })).rejects.toMatchObject({
      code: "CONFLICT",
    });
  });

  test("on record with its order, in one entry", async () => {
    const { ctx, one, made } = await some();
    const { order } = await place(ctx, made.id);
    const { rows } = await listAuditEntries(as("auditor"), {
      ...defaultQuery(auditEntriesTable),
      filters: { targetId: [one.clientId] },
    });
    expect(rows).toMatchObject([
      { act: "client.tokens_revoked", outcome: "done", actor: { id: ctx.actor.id } },
    ]);
    const [entry] = await db.query<{ after: object }>("SELECT after FROM audit_entry WHERE target_id = $1", [
      one.clientId,
    ]);
    expect(entry?.after).toMatchObject({ orderId: order.id, planId: made.id, liveTokens: 2 });
  });
});

test("two admins who take the same target back by plans of their own both learn that it is done, by one order", async () => {
  const one = await world();
  const admins = [as("responder"), as("owner")];
  const target = { kind: "client", id: one.clientId };
  const plans = await Promise.all(admins.map((ctx) => plan(ctx, { verb: "revoke", target })));
  const done = await Promise.all(admins.map((ctx, index) => place(ctx, plans[index]?.id as string)));
  expect(done.map((result) => result.wasPlaced).sort()).toEqual([false, true]);
  expect(new Set(done.map((result) => result.order.id)).size).toBe(1);
});

test("a refresh token is planned with its family, and the plan says so", async () => {
  const one = await world();
  const userId = one.users[0] as string;
  const familyId = await fixture.family({ clientId: one.clientId, userId });
  const refresh = await fixture.token({ ...one.common, userId, familyId, kind: "refresh", format: "opaque" });
  const access = await fixture.token({ ...one.common, userId, familyId });
  const ctx = as("responder");
  const made = await plan(ctx, { verb: "suspend", target: { kind: "token", id: refresh.id } });
  expect(made).toMatchObject({ widensTo: { kind: "family", id: familyId }, tokens: { value: 2 } });
  await place(ctx, made.id);
  expect([await stateOf(refresh.id), await stateOf(access.id)]).toEqual(["suspended", "suspended"]);
});

describe("a group's members of today", () => {
  async function grouped() {
    const one = await world();
    const groupId = randomUUID();
    await db.query("INSERT INTO user_group (id, name, created_at) VALUES ($1, $2, now())", [
      groupId,
      one.group,
    ]);
    const outside = await fixture.client(`other-${one.tag}`);
    const join = (userId: string) =>
      db.query("INSERT INTO group_member (group_id, user_id) VALUES ($1, $2)", [groupId, userId]);
    await join(one.users[0] as string);
    // no group stands in this token
    const plain = await fixture.token({ clientId: outside, userId: one.users[0] as string });
    return { one, plain, join, target: { kind: "group", id: one.group, by: "members" } };
  }

  test("lose every token, whatever groups stand in it, and who only carries the group keeps theirs", async () => {
    const { one, plain, target } = await grouped();
    const ctx = as("responder");
    const made = await plan(ctx, { verb: "revoke", target });
    expect(made).toMatchObject({ members: 1, tokens: { value: 2 }, users: { value: 1 } });
    expect(await place(ctx, made.id)).toMatchObject({ wasPlaced: true, orders: 1 });
    expect(await stateOf(plain.id)).toBe("revoked");
    expect(await stateOf(one.second)).toBe("active");
  });

  test("are those that the plan named: a new member is refused, one who left is spared", async () => {
    const { one, plain, join, target } = await grouped();
    await join(one.users[1] as string);
    const ctx = as("responder");
    const made = await plan(ctx, { verb: "revoke", target });
    const stranger = `s-${one.tag}@example.test`;
    const strangerId = await fixture.user(stranger);
    await join(strangerId);
    await expect(place(ctx, made.id)).rejects.toMatchObject({
      code: "PLAN_CHANGED",
      fields: [{ path: "users", message: stranger }],
    });
    await db.query("DELETE FROM group_member WHERE user_id = ANY ($1::uuid[])", [
      [strangerId, one.users[1] as string],
    ]);
    expect(await place(ctx, made.id)).toMatchObject({ orders: 1 });
    expect([await stateOf(plain.id), await stateOf(one.second)]).toEqual(["revoked", "active"]);
  });

  test("who are suspended together come back together, by one act on record, but for whom another suspension holds", async () => {
    const { one, plain, join, target } = await grouped();
    await join(one.users[1] as string);
    const ctx = as("responder");
    const alone = await plan(ctx, { verb: "suspend", target: { kind: "client", id: one.clientId } });
    await place(ctx, alone.id);
    const made = await plan(ctx, { verb: "suspend", target });
    const { order, orders } = await place(ctx, made.id);
    expect(orders).toBe(2);
    expect([await stateOf(plain.id), await stateOf(one.second)]).toEqual(["suspended", "suspended"]);
    const result = await restoreTarget(later(ctx), { orderId: order.id, ...why });
    expect(result).toMatchObject({ orders: 2, says: expect.stringMatching(/^2 suspensions ended\./) });
    expect([await stateOf(plain.id), await stateOf(one.second)]).toEqual(["active", "suspended"]);
    const entries = await db.query(
      "SELECT id FROM audit_entry WHERE act = 'order.restored' AND target_id = $1",
      [order.id],
    );
    expect(entries).toHaveLength(1);
  });

  test("who were to lose their tokens later are all spared by one act, all or none, on record for each of them", async () => {
    const { one, plain, join, target } = await grouped();
    await join(one.users[1] as string);
    const ctx = as("responder");
    const begins = new Date(Date.now() + 1_800_000);
    const made = await plan(ctx, { verb: "revoke", target, effectiveFrom: begins.toISOString() });
    const { order, orders } = await place(ctx, made.id);
    expect([orders, order.isOfSeveral]).toEqual([2, true]);
    expect((await getOrder(as("auditor"), order.id)).toCome).toEqual({ value: 2, isExact: true });
    const late = { ...ctx, now: new Date(begins.getTime() - 4_999) };
    await expect(cancelOrdersTogether(late, { id: order.id, ...why })).rejects.toMatchObject({
      code: "ALREADY_ENDED",
    });
    for (const role of ["auditor", "governor"] as const)
      await expect(cancelOrdersTogether(as(role), { id: order.id, ...why })).rejects.toMatchObject({
        code: "FORBIDDEN",
      });
    expect(await stateAt(plain.id, begins)).toBe("revoked");

    const tries = await Promise.allSettled(
      Array.from({ length: 3 }, () => cancelOrdersTogether(later(ctx), { id: order.id, ...why })),
    );
    const done = tries.flatMap((result) => (result.status === "fulfilled" ? [result.value] : []));
    expect(done).toMatchObject([{ orders: 2, order: { id: order.id, standing: "cancelled" } }]);
    expect([await stateAt(plain.id, begins), await stateAt(one.second, begins)]).toEqual([
      "active",
      "active",
    ]);
    expect((await getOrder(as("auditor"), order.id)).toCome.value).toBe(0);
    const own = await db.query<{ id: string }>(
      `SELECT e.target_id AS id FROM audit_entry e JOIN revocation_order k ON k.id::text = e.after ->> 'orderId' AND k.target_id = e.target_id
       JOIN revocation_order o ON o.id = k.cancels_id AND o.target_id = k.target_id AND o.id::text = e.after ->> 'cancels'
       WHERE e.act = 'order.cancelled' AND e.target_id = ANY ($1) ORDER BY e.target_id`,
      [one.users],
    );
    expect(own.map(({ id }) => id)).toEqual([...one.users].sort());
    const whole = await db.query(
      "SELECT target_name AS name FROM audit_entry WHERE act = 'order.cancelled' AND target_kind = 'order' AND target_id = $1",
      [order.id],
    );
    expect(whole).toEqual([{ name: "2 users" }]);
  });

  test("of whom one was spared before: the others are called off together, and what stands alone by itself", async () => {
    const { one, plain, join, target } = await grouped();
    await join(one.users[1] as string);
    const ctx = as("responder");
    const effectiveFrom = new Date(Date.now() + 1_800_000).toISOString();
    const { order } = await place(ctx, (await plan(ctx, { verb: "suspend", target, effectiveFrom })).id);
    const alone = await place(
      ctx,
      (await plan(ctx, { verb: "revoke", target: { kind: "client", id: one.clientId }, effectiveFrom })).id,
    );
    expect(alone.order.isOfSeveral).toBe(false);
    await cancelOrder(later(ctx), { id: order.id, ...why });
    expect(await cancelOrdersTogether(later(ctx), { id: order.id, ...why })).toMatchObject({ orders: 1 });
    const begun = new Date(effectiveFrom);
    expect(await stateAt(plain.id, begun)).toBe("active");
    expect(await stateAt(one.second, begun), "another plan's order stands").toBe("revoked");
    expect(await cancelOrdersTogether(later(ctx), { id: alone.order.id, ...why })).toMatchObject({
      orders: 1,
    });
    expect(await stateAt(one.second, begun)).toBe("active");
    for (const id of [randomUUID(), "x"])
      await expect(cancelOrdersTogether(later(ctx), { id, ...why })).rejects.toMatchObject({
        code: "NOT_FOUND",
      });
  });

  test("whose orders hold already are not called off together", async () => {
    const { join, one, target } = await grouped();
    await join(one.users[1] as string);
    const ctx = as("responder");
    const { order } = await place(ctx, (await plan(ctx, { verb: "suspend", target })).id);
    await expect(cancelOrdersTogether(later(ctx), { id: order.id, ...why })).rejects.toMatchObject({
      code: "ALREADY_ENDED",
    });
  });

  test("each have the act among the acts upon them, with the order that is theirs, when they are suspended and when they come back", async () => {
    const { one, join, target } = await grouped();
    await join(one.users[1] as string);
    const ctx = as("responder");
    const { order } = await place(ctx, (await plan(ctx, { verb: "suspend", target })).id);
    await restoreTarget(later(ctx), { orderId: order.id, ...why });
    for (const userId of one.users) {
      const entries = await db.query<{ act: string; is_own: boolean }>(
        `SELECT e.act, o.target_id = $1 AS is_own FROM audit_entry e JOIN revocation_order o ON o.id::text = e.after ->> 'orderId'
         WHERE e.target_kind = 'user' AND e.target_id = $1 ORDER BY e.sequence`,
        [userId],
      );
      expect(entries).toEqual([
        { act: "user.tokens_suspended", is_own: true },
        { act: "user.tokens_restored", is_own: true },
      ]);
    }
    const [chain] = await db.query<{ is: boolean }>(
      "SELECT (SELECT sequence FROM audit_chain WHERE id = 'admin') = count(*) AS is FROM audit_entry",
    );
    expect(chain?.is, "no sequence is left out").toBe(true);
  });

  test("of a group without any, or that is not there, are refused", async () => {
    const { one, target } = await grouped();
    await db.query("DELETE FROM group_member WHERE user_id = $1", [one.users[0] as string]);
    await expect(plan(as("owner"), { verb: "revoke", target })).rejects.toMatchObject({
      code: "INVALID_INPUT",
    });
    await expect(
      plan(as("owner"), { verb: "revoke", target: { kind: "group", id: "nosuch", by: "members" } }),
    ).rejects.toMatchObject({ code: "NOT_FOUND" });
  });
});

test("no audit, no order: where the entry cannot be written nothing is changed and the plan is not used", async () => {
  const one = await world();
  const ctx = as("responder");
  const made = await plan(ctx, { verb: "revoke", target: { kind: "client", id: one.clientId } });
  await expect(place({ ...ctx, requestId: null as unknown as string }, made.id)).rejects.toThrow();
  expect(await stateOf(one.first)).toBe("active");
  expect(await place(ctx, made.id)).toMatchObject({ wasPlaced: true });
});
