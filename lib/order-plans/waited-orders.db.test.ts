import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { newPass } from "../approvals/pass.ts";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { settleAll } from "../revocations/test-settle.ts";
import { placePlannedOrder } from "./place-planned-order.ts";
import { type PlanFixture, planFixtureOf, why } from "./plan-fixture.ts";

let db: Database;
let plans: PlanFixture;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  plans = planFixtureOf(db);
});
afterAll(() => db.end());

const HOUR_MS = 3_600_000;
const newUser = () => plans.tokens.user(`${randomUUID().slice(0, 8)}@example.test`);
const states = (tokens: readonly { id: string }[]) => Promise.all(tokens.map(({ id }) => plans.stateOf(id)));

/** Places an order as it is after a second person was asked. */
function placeWaited(ctx: Context, planId: string, more: { confirm?: string } = {}) {
  const given = { isTrial: false, skipsStepUp: true, isAnswered: true, approval: null };
  const pass = newPass({ ...given, askedAt: new Date() });
  return placePlannedOrder({ ...plans.later(ctx), pass }, { planId, ...why, ...more });
}

test("an order that waited reaches what had begun when it was planned, refreshed since too, and nothing that began later", async () => {
  const ctx = plans.as("owner");
  const { clientId, common, users, first, second } = await plans.world();
  const userId = users[0] as string;
  const seen = await plans.tokens.token({ ...common, userId, kind: "refresh" });
  const plan = await plans.plan(ctx, { verb: "revoke", target: { kind: "client", id: clientId } });
  expect(plan.tokens.value).toBe(3);
  const { familyId, rootedAt } = seen;
  const refreshed = await plans.tokens.token({ ...common, userId, familyId, rootedAt });
  const since = [
    await plans.tokens.token({ ...common, userId }),
    await plans.tokens.token({ ...common, userId: await newUser() }),
    await plans.tokens.token({ clientId }),
  ];

  await expect(plans.place(ctx, plan.id)).rejects.toMatchObject({ code: "PLAN_CHANGED" });
  const placed = await placeWaited(ctx, plan.id);
  expect(placed).toMatchObject({ wasPlaced: true, reached: { tokens: 4, isExact: true } });
  expect(await states([{ id: first }, { id: second }, seen, refreshed])).toEqual(Array(4).fill("revoked"));
  expect(await states(since)).toEqual(Array(3).fill("active"));
  const [row] = await db.query<{
    cutoff: Date;
    lookedFrom: Date;
    after: { begunBy: string; liveTokens: number };
  }>(
    `SELECT o.cutoff, p.looked_from AS "lookedFrom", e.after FROM revocation_order o JOIN order_plan p ON p.id = o.plan_id
     JOIN audit_entry e ON e.after ->> 'orderId' = o.id::text WHERE o.id = $1::uuid`,
    [placed.order.id],
  );
  expect(row?.cutoff).toEqual(row?.lookedFrom);
  expect(row?.after.begunBy).toBe(row?.cutoff.toISOString());
  // the result and the log count the same: what lived when it was placed
  expect(row?.after).toMatchObject({ liveTokens: 4, liveTokensIsExact: true });

  // what came since is a plan of its own, and nothing brings back what was revoked
  const next = await plans.plan(plans.later(ctx), {
    verb: "revoke",
    target: { kind: "client", id: clientId },
  });
  expect(next.tokens.value).toBe(3);
  await plans.place(ctx, next.id);
  expect(await states([...since, seen])).toEqual(Array(4).fill("revoked"));
});

test("it is refused all the same where a verifier came, or somebody whose token a clock that was ahead made", async () => {
  const ctx = plans.as("owner");
  const [one, two] = [await plans.world(), await plans.world()];
  const planOf = async (clientId: string) =>
    (await plans.plan(ctx, { verb: "revoke", target: { kind: "client", id: clientId } })).id;
  const first = await planOf(one.clientId);
  const name = `late-${one.tag}`;
  await plans.addVerifier(name, one.audience);
  await expect(placeWaited(ctx, first)).rejects.toMatchObject({
    code: "PLAN_CHANGED",
    fields: [{ path: "verifiers", message: name }],
  });
  const second = await planOf(two.clientId);
  const ahead = new Date(Date.now() + HOUR_MS);
  await plans.tokens.token({ ...two.common, userId: await newUser(), issuedAt: new Date(), rootedAt: ahead });
  await expect(placeWaited(ctx, second)).rejects.toMatchObject({ code: "PLAN_CHANGED" });
  expect(await states([{ id: one.first }, { id: two.first }])).toEqual(["active", "active"]);
});

test("a key's tokens are reached whenever they were made: who came since refuses the order that waited too", async () => {
  const ctx = plans.as("owner");
  const kid = `key-${randomUUID().slice(0, 8)}`;
  await db.query(
    `INSERT INTO signing_key (id, kid, purpose, algorithm, state, public_jwk, private_wrapped, created_at)
     VALUES (gen_random_uuid(), $1, 'access_token', 'ES256', 'standby', '{}', '\\x00', now())`,
    [kid],
  );
  const { common } = await plans.world();
  const token = await plans.tokens.token({ ...common, signingKid: kid });
  const plan = await plans.plan(ctx, { verb: "revoke", target: { kind: "signing_key", id: kid } });
  await plans.tokens.token({ ...common, signingKid: kid, userId: await newUser() });
  await expect(placeWaited(ctx, plan.id, { confirm: kid })).rejects.toMatchObject({ code: "PLAN_CHANGED" });
  expect(await states([token])).toEqual(["active"]);
});

test("an order to come reaches what is issued until its instant, as its plan says, however long it waited", async () => {
  const ctx = plans.as("owner");
  const { clientId, common } = await plans.world();
  const effectiveFrom = new Date(Date.now() + HOUR_MS).toISOString();
  const plan = await plans.plan(ctx, {
    verb: "revoke",
    target: { kind: "client", id: clientId },
    effectiveFrom,
  });
  expect(plan.sentences).toContain("Tokens of the target that are issued until then are reached too.");
  await plans.tokens.token({ ...common, userId: await newUser() });
  const { order } = await placeWaited(ctx, plan.id);
  expect(order).toMatchObject({ standing: "scheduled", cutoff: effectiveFrom });
});

test("plan, result and log count what lives; used and expired tokens are written down beside it, and are no part of that number", async () => {
  const ctx = plans.as("owner");
  const { clientId, common, users } = await plans.world();
  const userId = users[0] as string;
  const used = await plans.tokens.token({ ...common, userId, kind: "refresh" });
  await plans.tokens.consume(used, new Date());
  const issuedAt = new Date(Date.now() - 2 * HOUR_MS);
  await plans.tokens.token({
    ...common,
    userId,
    issuedAt,
    rootedAt: issuedAt,
    expiresAt: new Date(Date.now() - HOUR_MS),
  });
  const plan = await plans.plan(ctx, { verb: "revoke", target: { kind: "client", id: clientId } });
  expect(plan.tokens).toEqual({ value: 2, isExact: true });
  const placed = await placeWaited(ctx, plan.id);
  expect(placed.reached).toEqual({ tokens: 2, isExact: true });
  await settleAll(db);
  const [row] = await db.query<{ written: number; after: { liveTokens: number } }>(
    `SELECT o.settled_count AS written, e.after FROM revocation_order o JOIN audit_entry e ON e.after ->> 'orderId' = o.id::text WHERE o.id = $1::uuid`,
    [placed.order.id],
  );
  expect([row?.after.liveTokens, row?.written]).toEqual([2, 4]);
});
