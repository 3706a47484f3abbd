import { afterAll, beforeAll, expect, test } from "vitest";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { createPlan } from "../order-plans/create-plan.ts";
import { planInput } from "../order-plans/input.ts";
import { placePlannedOrder } from "../order-plans/place-planned-order.ts";
import { type PlanFixture, type PlanWorld, planFixtureOf, why } from "../order-plans/plan-fixture.ts";
import { revokeClientTokens } from "../revocations/revoke-client-tokens.ts";
import { revokeToken } from "../revocations/revoke-token.ts";
import { revokeUserTokens } from "../revocations/revoke-user-tokens.ts";
import { BULK_TOKENS } from "./model.ts";
import { sessionFixture } from "./test-sessions.ts";

let db: Database;
let plans: PlanFixture;
/** An owner whose proof is stale. */
let stale: () => Context;
let fresh: () => Context;

beforeAll(async () => {
  db = openDatabase({ ...(await testDatabase()), role: "app", maxConnections: 6, applicationName: "test" });
  plans = planFixtureOf(db);
  const { makeAdmin, openSession } = sessionFixture(() => db, Date.now());
  const owner = await makeAdmin();
  const [old, recent] = [await openSession(owner, -1200), await openSession(owner, 0)];
  const now = (ctx: Context): Context => ({ ...ctx, now: new Date() });
  stale = () => now(old(0));
  fresh = () => now(recent(0));
});
afterAll(() => db.end());

const needed = (kind: "bulk" | "keys") => ({ code: "STEP_UP_REQUIRED", kind });

/** Plans and places in a session, as the same admin does. */
async function order(ctx: () => Context, target: object, verb: "revoke" | "suspend" = "revoke") {
  const plan = await createPlan(ctx(), planInput.parse({ verb, target }));
  const confirm = plan.confirm === null ? {} : { confirm: plan.confirm };
  return placePlannedOrder(ctx(), { planId: plan.id, ...why, ...confirm });
}

const ofMany: [string, (world: PlanWorld) => object][] = [
  ["a client", ({ clientId }) => ({ kind: "client", id: clientId })],
  ["a permission", ({ scope }) => ({ kind: "permission", id: scope })],
  ["a group", ({ group }) => ({ kind: "group", id: group })],
  ["an audience", ({ audience }) => ({ kind: "audience", id: audience })],
  ["a selection", ({ first, second }) => ({ kind: "selection", tokenIds: [first, second] })],
];

test.each(ofMany)(
  "%s of two users is not revoked on a stale proof, nothing changes, and is with a fresh one; suspending it never waits",
  async (_, targetOf) => {
    const world = await plans.world();
    await order(stale, targetOf(world), "suspend");
    expect(await plans.stateOf(world.first)).toBe("suspended");
    await expect(order(stale, targetOf(world))).rejects.toMatchObject(needed("bulk"));
    expect(await plans.stateOf(world.first)).toBe("suspended");
    await order(fresh, targetOf(world));
    expect(await plans.stateOf(world.first)).toBe("revoked");
  },
);

test("a token, a family, a user and a selection of one user's tokens never wait", async () => {
  const world = await plans.world();
  const [first = "", second = ""] = world.users;
  await revokeToken(stale(), { id: world.first, ...why });
  await revokeUserTokens(stale(), { id: first, ...why });
  await order(stale, { kind: "selection", tokenIds: [world.second] });
  await order(stale, { kind: "user", id: second });
  expect(await plans.stateOf(world.second)).toBe("revoked");
});

test("a client's tokens wait where they are two users', and not where they are one's", async () => {
  const world = await plans.world();
  await expect(revokeClientTokens(stale(), { id: world.clientId, ...why })).rejects.toMatchObject(
    needed("bulk"),
  );
  expect(await plans.stateOf(world.second)).toBe("active");
  await revokeToken(stale(), { id: world.first, ...why });
  await revokeClientTokens(stale(), { id: world.clientId, ...why });
  expect(await plans.stateOf(world.second)).toBe("revoked");
});

test("a service's tokens wait where they are more than a person has", async () => {
  const clientId = await plans.tokens.client(`service-${Date.now()}`);
  const made = [];
  for (let n = 0; n < BULK_TOKENS; n += 1) made.push(await plans.tokens.token({ clientId }));
  await plans.tokens.token({ clientId });
  await expect(order(stale, { kind: "client", id: clientId })).rejects.toMatchObject(needed("bulk"));
  await expect(revokeClientTokens(stale(), { id: clientId, ...why })).rejects.toMatchObject(needed("bulk"));
  await revokeToken(stale(), { id: made[0]?.id ?? "", ...why });
  await order(stale, { kind: "client", id: clientId });
});

test("everything waits, however little that is", async () => {
  await expect(order(stale, { kind: "everything", id: "*" })).rejects.toMatchObject(needed("bulk"));
});
