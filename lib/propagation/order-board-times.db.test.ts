import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { placeOrder } from "../revocations/place-order.ts";
import { restoreTarget } from "../revocations/restore-target.ts";
import { revokeToken } from "../revocations/revoke-token.ts";
import { contextAs, type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { after, at, rowOf, tag, why } from "./board-fixture.ts";
import { getOrderPropagation } from "./get-order-propagation.ts";
import { AUTHORITY_LAG_MS, STATUS_LIST_MS, VERIFIER_CLOCK_MS } from "./journey.ts";
import { noteFeedHead } from "./note-head.ts";
import { verifierFixtureOf } from "./verifier-fixture.ts";

let db: Database;
let fixture: Fixture;
let verifiers: ReturnType<typeof verifierFixtureOf>;

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  fixture = fixtureOf(db);
  verifiers = verifierFixtureOf(db);
});
afterAll(() => db.end());

const as = (role: Role | "anonymous", at?: Date): Context => contextAs(db, role, at);

test("what gives back shortens nothing: whoever has not heard of it is told apart", async () => {
  const audience = `back-${tag()}`;
  const [asks, follows] = [`x-${tag()}`, `y-${tag()}`];
  const [signatures, lists] = [`z-${tag()}`, `zz-${tag()}`];
  await verifiers.verifier({ name: asks, audience, checkWay: "introspection", askedAt: new Date() });
  await verifiers.verifier({ name: signatures, audience, checkWay: "jwks" });
  await verifiers.verifier({ name: lists, audience, checkWay: "status_list" });
  const verifierId = await verifiers.verifier({ name: follows, audience });
  const instanceId = await verifiers.instance({ verifierId });
  const clientId = await fixture.client(`c-${tag()}`);
  const token = await fixture.token({ clientId, audiences: [audience] });
  await db.query(
    `WITH h AS (UPDATE feed_head SET position = position + 1 WHERE id = 1 RETURNING position)
     INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, reason, effective_from, actor_kind, actor_id, actor_name, created_at)
     SELECT gen_random_uuid(), h.position, 'suspend', 'token', $1, 't', 'test', now(), 'admin', 'a', 'a', now() FROM h`,
    [token.id],
  );
  const { order } = await restoreTarget(as("responder"), {
    target: { kind: "token", id: token.id },
    reason: "test",
    note: "",
  });
  const committedAt = new Date(order.createdAt);
  await verifiers.sighted(BigInt(order.position), committedAt);
  const before = await getOrderPropagation(as("auditor", after(committedAt, 1_000)), order.id);
  expect(rowOf(before, asks)).toMatchObject({ state: "reached", until: at(committedAt) });
  expect(rowOf(before, follows)).toMatchObject({ state: "open", until: null });
  expect(rowOf(before, signatures)).toMatchObject({ state: "reached", until: at(committedAt) });
  const listedAt = after(committedAt, AUTHORITY_LAG_MS + STATUS_LIST_MS + VERIFIER_CLOCK_MS);
  expect(rowOf(before, lists)).toMatchObject({ state: "open", until: at(listedAt) });
  expect(before.everywhereAt).toBeNull();
  await verifiers.acknowledge(verifierId, instanceId, BigInt(order.position), after(committedAt, 30));
  const told = await getOrderPropagation(as("auditor", after(committedAt, 1_000)), order.id);
  expect(rowOf(told, follows)).toMatchObject({ state: "reached", until: at(after(committedAt, 30)) });
  expect(told).toMatchObject({ open: 1, everywhereAt: at(listedAt) });
  const last = await getOrderPropagation(as("auditor", listedAt), order.id);
  expect(last).toMatchObject({ open: 0, everywhereAt: at(listedAt) });
});

test("a frozen selection is acknowledged with its last chunk, not with the order's own place in the feed", async () => {
  const audience = `frozen-${tag()}`;
  const name = `z-${tag()}`;
  const verifierId = await verifiers.verifier({ name, audience });
  const instanceId = await verifiers.instance({ verifierId });
  const clientId = await fixture.client(`c-${tag()}`);
  const token = await fixture.token({ clientId, audiences: [audience] });
  const selectionId = randomUUID();
  await db.query("INSERT INTO selection (id, size, filters, created_at) VALUES ($1, 1, '{}', now())", [
    selectionId,
  ]);
  const [placed] = await db.query<{ id: string; position: bigint }>(
    `WITH h AS (UPDATE feed_head SET position = position + 2 WHERE id = 1 RETURNING position)
     INSERT INTO revocation_order (id, position, verb, target_kind, target_id, target_name, reason, effective_from, actor_kind, actor_id, actor_name, created_at)
     SELECT gen_random_uuid(), h.position - 1, 'revoke', 'selection', $1, 's', 'test', now(), 'admin', 'a', 'a', now() FROM h RETURNING id, position`,
    [selectionId],
  );
  const position = placed?.position ?? 0n;
  const orderId = placed?.id ?? "";
  await db.query(
    "INSERT INTO selection_chunk (selection_id, number, token_ids, position) VALUES ($1, 1, ARRAY[$2]::uuid[], $3)",
    [selectionId, token.id, position + 1n],
  );
  await verifiers.acknowledge(verifierId, instanceId, position, new Date());
  const read = () => getOrderPropagation(as("auditor", new Date()), orderId);
  // not all of it is known to be in the feed
  expect(rowOf(await read(), name)).toMatchObject({ state: "open", acknowledgedAt: null });
  await db.query("UPDATE revocation_order SET settled_at = now(), settled_count = 1 WHERE id = $1", [
    orderId,
  ]);
  expect(rowOf(await read(), name)).toMatchObject({ state: "open", acknowledgedAt: null });
  const heardAt = new Date();
  await verifiers.acknowledge(verifierId, instanceId, position + 1n, heardAt);
  expect(rowOf(await read(), name)).toMatchObject({ state: "reached", acknowledgedAt: at(heardAt) });
});

test("what an order's own time says is before its commit: nobody is said to refuse before somebody saw it there", async () => {
  const audience = `mark-${tag()}`;
  const name = `m-${tag()}`;
  await verifiers.verifier({ name, audience, checkWay: "introspection", askedAt: new Date() });
  const clientId = await fixture.client(`c-${tag()}`);
  const { id } = await fixture.token({ clientId, audiences: [audience] });
  const { order } = await revokeToken(as("responder"), { id, ...why });
  const placedAt = new Date(order.createdAt);
  const read = (ms: number) => getOrderPropagation(as("auditor", after(placedAt, ms)), order.id);
  expect(rowOf(await read(5), name)).toMatchObject({ state: "open" });
  // where no worker looks, an hour is long enough for every transaction
  expect(rowOf(await read(3_600_000), name)).toMatchObject({ state: "reached" });
  const headBefore = await noteFeedHead(db, -1n);
  expect(headBefore).toBeGreaterThanOrEqual(BigInt(order.position));
  const [mark] = await db.query<{ at: Date }>(
    "SELECT at FROM feed_sighting WHERE position >= $1 ORDER BY position LIMIT 1",
    [BigInt(order.position)],
  );
  const until = mark?.at ?? expect.fail();
  expect(until.getTime()).toBeGreaterThanOrEqual(placedAt.getTime());
  expect(rowOf(await read(3_600_000), name)).toMatchObject({ state: "reached", until: at(until) });
});

test("a scheduled order reaches what is issued until it begins: the board says so before, and counts it after", async () => {
  const [first, second] = [`sa-${tag()}`, `sb-${tag()}`];
  const [early, late] = [`se-${tag()}`, `sl-${tag()}`];
  await verifiers.verifier({ name: early, audience: first, checkWay: "jwks" });
  await verifiers.verifier({ name: late, audience: second, checkWay: "jwks" });
  const clientId = await fixture.client(`c-${tag()}`);
  const soon = new Date(Date.now() + 60_000);
  await fixture.token({ clientId, audiences: [first], expiresAt: soon });
  const begins = new Date(Date.now() + 600_000);
  const ctx = as("responder");
  const order = await db.transaction((tx) =>
    placeOrder(tx, ctx, {
      verb: "revoke",
      target: { kind: "client", id: clientId, name: "c" },
      reason: "policy",
      note: "",
      effectiveFrom: begins,
    }),
  );
  await verifiers.sighted(order.position, order.at);
  // its token of now is over long before, and yet nobody refuses what it will be issued
  const before = await getOrderPropagation(as("auditor", after(soon, 120_000)), order.id);
  expect(before.isExact).toBe(false);
  const bound = at(after(begins, 86_400_000 + VERIFIER_CLOCK_MS));
  for (const name of [early, late])
    expect(rowOf(before, name)).toMatchObject({ state: "open", until: bound });
  const issuedAt = after(begins, -1_000);
  const expiresAt = after(begins, 3_000_000);
  await fixture.token({ clientId, audiences: [second], issuedAt, expiresAt });
  const told = await getOrderPropagation(as("auditor", after(begins, 70_000)), order.id);
  expect(told.isExact).toBe(true);
  expect(rowOf(told, early)).toBeUndefined();
  expect(rowOf(told, late)).toMatchObject({
    state: "open",
    until: at(after(expiresAt, VERIFIER_CLOCK_MS)),
  });
});
