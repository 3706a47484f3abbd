import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { defaultQuery } from "../list-query/define-table.ts";
import { getOverview } from "../overview/get-overview.ts";
import { placeOrder } from "../revocations/place-order.ts";
import { restoreTarget } from "../revocations/restore-target.ts";
import { revokeClientTokens } from "../revocations/revoke-client-tokens.ts";
import { revokeToken } from "../revocations/revoke-token.ts";
import { getToken } from "../tokens/get-token.ts";
import { contextAs, type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { getVerifierInstances } from "../verifiers/get-verifier-instances.ts";
import { listVerifiers } from "../verifiers/list-verifiers.ts";
import { VERIFIERS_TABLE } from "../verifiers/table.ts";
import { updateVerifier } from "../verifiers/update-verifier.ts";
import { findOrderPropagation } from "./find-order-propagation.ts";
import { getOrderPropagation } from "./get-order-propagation.ts";
import { AUTHORITY_LAG_MS, DISABLING_MS, STATUS_LIST_MS, VERIFIER_CLOCK_MS } from "./journey.ts";
import { listVerifierStandings } from "./list-standings.ts";
import type { Journey } from "./model.ts";
import { noteFeedHead } from "./note-head.ts";
import { purgePropagation } from "./purge-propagation.ts";
import { readOrderCheckers, readStandingCheckers } from "./read-checkers.ts";
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
const why = { reason: "token_leaked", note: "" } as const;
const tag = () => randomUUID().slice(0, 8);

async function revoked(audience: string, format: "jwt" | "opaque" = "jwt") {
  const clientId = await fixture.client(`c-${tag()}`);
  const token = await fixture.token({ clientId, audiences: [audience], format });
  const { order } = await revokeToken(as("responder"), { id: token.id, ...why });
  const committedAt = new Date(order.createdAt);
  await verifiers.sighted(BigInt(order.position), committedAt);
  return { token, order, committedAt, position: BigInt(order.position) };
}
const after = (at: Date, ms: number) => new Date(at.getTime() + ms);
const rowOf = (journey: Journey, name: string) => journey.rows.find((row) => row.name === name);
const at = (date: Date) => date.toISOString();

test("an order's board has the verifiers that answer for its audiences, each by the way it checks", async () => {
  const audience = `billing-${tag()}`;
  const old = new Date(Date.now() - 60_000);
  const names = {
    asks: `a-${tag()}`,
    feed: `b-${tag()}`,
    alone: `c-${tag()}`,
    off: `d-${tag()}`,
    other: `e-${tag()}`,
  };
  await verifiers.verifier({ name: names.asks, audience, checkWay: "forward_auth", askedAt: old });
  const feed = await verifiers.verifier({ name: names.feed, audience });
  await verifiers.verifier({ name: names.alone, audience, checkWay: "jwks" });
  await verifiers.verifier({
    name: names.off,
    audience,
    checkWay: "introspection",
    askedAt: old,
    disabledAt: old,
  });
  await verifiers.verifier({ name: names.other, audience: `ledger-${tag()}` });
  const one = await verifiers.instance({ verifierId: feed });
  const two = await verifiers.instance({ verifierId: feed });
  const { token, order, committedAt, position } = await revoked(audience);
  await verifiers.acknowledge(feed, one, position + 3n, after(committedAt, 40));

  const early = await getOrderPropagation(as("auditor", after(committedAt, 1_000)), order.id);
  expect(early.rows.map(({ name }) => name)).toEqual([names.asks, names.feed, names.alone]);
  expect(early).toMatchObject({ reached: 1, open: 2, isExact: true });
  expect(rowOf(early, names.asks)).toMatchObject({ state: "reached", until: at(committedAt) });
  expect(rowOf(early, names.feed)).toMatchObject({
    state: "open",
    acknowledgedAt: null,
    until: at(after(committedAt, 60_000)),
    instances: { count: 2, acknowledged: 1 },
    seenWays: ["feed"],
  });
  const aloneUntil = at(after(token.expiresAt, VERIFIER_CLOCK_MS));
  expect(rowOf(early, names.alone)).toMatchObject({ state: "open", until: aloneUntil });
  expect(early.everywhereAt).toBe(aloneUntil);

  // the first acknowledgement at or beyond the order counts, not a later one
  await verifiers.acknowledge(feed, two, position, after(committedAt, 70));
  await verifiers.acknowledge(feed, two, position + 9n, after(committedAt, 5_000));
  const told = await getOrderPropagation(as("auditor", after(committedAt, 6_000)), order.id);
  expect(rowOf(told, names.feed)).toMatchObject({
    state: "reached",
    acknowledgedAt: at(after(committedAt, 70)),
    until: at(after(committedAt, 70)),
    instances: { count: 2, acknowledged: 2 },
  });

  const late = await getOrderPropagation(as("auditor", after(token.expiresAt, VERIFIER_CLOCK_MS)), order.id);
  expect(late).toMatchObject({ open: 0, reached: 3 });

  // the token's page tells the same
  const detail = await getToken(as("auditor", after(committedAt, 6_000)), token.id);
  expect(detail.journey?.rows).toEqual(told.rows);
  expect(detail.verifiers.map(({ name, acceptsUntil }) => [name, acceptsUntil])).toEqual([
    [names.asks, null],
    [names.feed, null],
    [names.alone, aloneUntil],
  ]);
});

test("a verifier that hears nothing refuses everything after its bound where it is strict, and goes on where it is lenient", async () => {
  const audience = `quiet-${tag()}`;
  const [strict, lenient] = [`s-${tag()}`, `t-${tag()}`];
  const silentSince = new Date(Date.now() - 8_000);
  for (const [name, mode] of [
    [strict, "strict"],
    [lenient, "lenient"],
  ] as const) {
    const verifierId = await verifiers.verifier({ name, audience, mode, maxStalenessSeconds: 10 });
    await verifiers.instance({ verifierId, seenAt: silentSince, position: 0n });
  }
  const { order, committedAt } = await revoked(audience);
  const read = async (ms: number) => getOrderPropagation(as("auditor", after(committedAt, ms)), order.id);
  expect(rowOf(await read(9_999), strict)).toMatchObject({ state: "open" });
  const bound = await read(10_000);
  expect(rowOf(bound, strict)).toMatchObject({ state: "reached", acknowledgedAt: null });
  expect(rowOf(bound, strict)?.says).toMatch(/Registered as strict: so it should refuse everything/);
  expect(rowOf(bound, lenient)).toMatchObject({ state: "open" });
});

test("nobody can accept what is opaque, whatever its way", async () => {
  const audience = `opaque-${tag()}`;
  await verifiers.verifier({ name: `o-${tag()}`, audience, checkWay: "jwks" });
  const { order, committedAt } = await revoked(audience, "opaque");
  const journey = await getOrderPropagation(as("auditor", committedAt), order.id);
  expect(journey).toMatchObject({ open: 0, reached: 1, lastTokenAt: null });
});

test("a target-wide order reaches the audiences of every token that had not expired, and no other", async () => {
  const [one, two, gone] = [`w1-${tag()}`, `w2-${tag()}`, `w3-${tag()}`];
  const clientId = await fixture.client(`wide-${tag()}`);
  const until = new Date(Date.now() + 600_000);
  await fixture.token({ clientId, audiences: [one], expiresAt: until });
  await fixture.token({ clientId, audiences: [two], format: "opaque" });
  await fixture.token({ clientId, audiences: [gone], issuedAt: new Date(Date.now() - 7_200_000) });
  for (const audience of [one, two, gone])
    await verifiers.verifier({ name: `v-${audience}`, audience, checkWay: "jwks" });
  const { order } = await revokeClientTokens(as("responder"), { id: clientId, ...why });
  await verifiers.sighted(BigInt(order.position), new Date(order.createdAt));
  const journey = await getOrderPropagation(as("auditor"), order.id);
  expect(journey.rows.map(({ name, state }) => [name, state])).toEqual([
    [`v-${one}`, "open"],
    [`v-${two}`, "reached"],
  ]);
  expect(rowOf(journey, `v-${one}`)?.until).toBe(at(after(until, VERIFIER_CLOCK_MS)));
});

test("the board offers the newest orders, takes the newest where it knows none, and refuses whoever may not read", async () => {
  const { order } = await revoked(`offer-${tag()}`);
  const found = await findOrderPropagation(as("auditor"), null);
  expect(found.chosen?.id).toBe(order.id);
  expect((await findOrderPropagation(as("auditor"), randomUUID())).chosen?.id).toBe(order.id);
  await expect(getOrderPropagation(as("auditor"), randomUUID())).rejects.toMatchObject({ code: "NOT_FOUND" });
  await expect(getOrderPropagation(as("auditor"), "x")).rejects.toMatchObject({ code: "NOT_FOUND" });
  for (const read of [getOrderPropagation, findOrderPropagation])
    await expect(read(as("anonymous"), order.id)).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
  await expect(listVerifierStandings(as("anonymous"))).rejects.toMatchObject({ code: "NOT_SIGNED_IN" });
});

test("standings tell who is behind, silent, old or in step; the list is filtered by them, and the overview counts as the list does", async () => {
  const audience = `standing-${tag()}`;
  await revoked(audience);
  const [head] = await db.query<{ position: bigint }>("SELECT position FROM feed_head WHERE id = 1");
  const position = head?.position ?? 0n;
  const now = new Date();
  const make = async (name: string, more: Parameters<typeof verifiers.instance>[0] | object) => {
    const verifierId = await verifiers.verifier({ name, audience });
    await verifiers.instance({ verifierId, position, seenAt: now, ...more });
    return verifierId;
  };
  const names = { step: `1-${tag()}`, behind: `2-${tag()}`, silent: `3-${tag()}`, old: `4-${tag()}` };
  await make(names.step, { agent: "@tokenwarden/verifier/9.9.9" });
  await make(names.behind, { position: position - 1n });
  await make(names.silent, { seenAt: after(now, -120_000) });
  const oldId = await make(names.old, { agent: "@tokenwarden/verifier/0.0.9", lost: 12 });
  const later = as("auditor", after(now, 5_000));
  const { rows } = await listVerifierStandings(later);
  const standings = Object.values(names).map((name) => rows.find((row) => row.name === name)?.standing);
  expect(standings).toEqual(["in_step", "behind", "silent", "old_version"]);
  expect(rows.find(({ name }) => name === names.behind)).toMatchObject({ behindBy: 1 });
  expect(rows.find(({ name }) => name === names.old)).toMatchObject({ oldVersion: "0.0.9" });

  const filtered = await listVerifiers(later, {
    ...defaultQuery(VERIFIERS_TABLE),
    filters: { standing: ["behind", "old_version"], audience: [audience] },
  });
  expect(filtered.rows.map(({ name }) => name)).toEqual([names.behind, names.old]);
  expect(filtered.total).toEqual({ value: 2, isExact: true });
  const troubled = await listVerifiers(later, {
    ...defaultQuery(VERIFIERS_TABLE),
    filters: { standing: ["silent", "behind", "old_version"] },
  });
  expect((await getOverview(later)).verifiersBehind.value).toBe(troubled.total.value);
  const counted = Object.values(troubled.troubled).reduce((sum, count) => sum + count, 0);
  expect(counted).toBe(troubled.total.value);

  const { instances } = await getVerifierInstances(later, { verifierId: oldId });
  expect(instances).toMatchObject([
    { agent: "@tokenwarden/verifier/0.0.9", behindBy: 0, lost: 12, isLive: true },
  ]);
});

test("three hundred verifiers with a thousand instances are read in one statement, whatever their number", async () => {
  const audience = `many-${tag()}`;
  const { committedAt, position, order } = await revoked(audience);
  await verifiers.verifier({
    name: `first-${tag()}`,
    audience,
    checkWay: "introspection",
    disabledAt: new Date(Date.now() - 3_600_000),
    askedAt: new Date(0),
  });
  await db.query(
    `WITH v AS (INSERT INTO verifier (id, name, check_way, created_at, updated_at)
       SELECT gen_random_uuid(), $1::text || n, 'feed', now(), now() FROM generate_series(1, 300) n RETURNING id),
     l AS (INSERT INTO verifier_audience (verifier_id, audience_id) SELECT v.id, a.id FROM v, audience a WHERE a.name = $2::text)
     INSERT INTO verifier_instance (verifier_id, instance_id, way, position, position_at, seen_at, first_seen_at)
       SELECT v.id, gen_random_uuid(), 'feed', $3::bigint, $4::timestamptz, $4::timestamptz, $4::timestamptz FROM v, generate_series(1, 4)`,
    [`${audience}-`, audience, position, committedAt],
  );
  let statements = 0;
  const counting = {
    ...db,
    query: ((...given: Parameters<Database["query"]>) => {
      statements += 1;
      return db.query(...given);
    }) as Database["query"],
  };
  const checkers = await readOrderCheckers(counting, {
    audiences: [audience],
    position,
    placedAt: committedAt,
    committedAt,
  });
  expect(checkers).toHaveLength(301);
  expect(checkers.filter(({ instances }) => instances.length === 4)).toHaveLength(300);
  expect(statements).toBe(1);
  await readStandingCheckers(counting, { verifierIds: null, now: committedAt });
  expect(statements).toBe(3);
  const journey = await getOrderPropagation(as("auditor", after(committedAt, 1_000)), order.id);
  expect(journey).toMatchObject({ reached: 300, open: 0 });
});

test("a verifier that reports a revoked token as accepted, after it should refuse, contradicts the board: order and token page say so", async () => {
  const audience = `against-${tag()}`;
  const [liar, late] = [`l-${tag()}`, `m-${tag()}`];
  const liarId = await verifiers.verifier({ name: liar, audience });
  const lateId = await verifiers.verifier({ name: late, audience });
  const [one, two] = [
    await verifiers.instance({ verifierId: liarId }),
    await verifiers.instance({ verifierId: lateId }),
  ];
  const { token, order, committedAt, position } = await revoked(audience);
  await verifiers.acknowledge(liarId, one, position, after(committedAt, 40));
  await verifiers.acknowledge(lateId, two, position, after(committedAt, 40));
  const accept = (verifierId: string, usedAt: Date, outcome: "allowed" | "refused" = "allowed") =>
    db.query(
      `INSERT INTO token_use (id, received_at, at, outcome, refusal, source, token_id, token_kind, family_id, client_id, subject, verifier_id,
         writer_id, flush, ordinal, salt)
       VALUES ($1, clock_timestamp(), $2, $3, $4, 'report', $5, 'access', $6, $7, 's', $8, $9, 1, 1, $10)`,
      [
        randomUUID(),
        usedAt,
        outcome,
        outcome === "refused" ? "revoked" : null,
        token.id,
        token.familyId,
        token.clientId,
        verifierId,
        randomUUID(),
        Buffer.alloc(16),
      ],
    );
  const acceptedAt = after(committedAt, 180_000);
  await accept(liarId, acceptedAt);
  // before it knew, though told later; and a refusal is none
  await accept(lateId, after(committedAt, -5_000));
  await accept(lateId, acceptedAt, "refused");
  const board = await getOrderPropagation(as("auditor", after(committedAt, 200_000)), order.id);
  const until = at(after(token.expiresAt, VERIFIER_CLOCK_MS));
  expect(rowOf(board, liar)).toMatchObject({ state: "open", until, acceptedAt: at(acceptedAt) });
  expect(rowOf(board, liar)?.says).toContain("should have refused");
  expect(rowOf(board, late)).toMatchObject({ state: "reached", acceptedAt: null });
  expect(board).toMatchObject({ open: 1, everywhereAt: until });
  const detail = await getToken(as("auditor", after(committedAt, 200_000)), token.id);
  expect(detail.journey?.rows).toEqual(board.rows);
  expect(detail.verifiers.map(({ name, acceptsUntil }) => [name, acceptsUntil])).toEqual([
    [liar, until],
    [late, null],
  ]);
});

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

test("a verifier that is disabled, or that an audience was taken from, stays on the board for as long as it can accept", async () => {
  const audience = `left-${tag()}`;
  const names = { lenient: `u1-${tag()}`, strict: `u2-${tag()}`, gone: `u3-${tag()}`, former: `u4-${tag()}` };
  const disabledAt = new Date(Date.now() - 15_000);
  const seenAt = new Date(Date.now() - 16_000);
  const old = new Date(Date.now() - 3_600_000);
  const lenient = await verifiers.verifier({ name: names.lenient, audience, mode: "lenient", disabledAt });
  await verifiers.instance({ verifierId: lenient, seenAt, disconnectedAt: seenAt });
  const strict = await verifiers.verifier({ name: names.strict, audience, disabledAt });
  await verifiers.instance({ verifierId: strict, seenAt, disconnectedAt: seenAt });
  const gone = await verifiers.verifier({ name: names.gone, audience, disabledAt: old });
  await verifiers.instance({ verifierId: gone, seenAt: old, disconnectedAt: old });
  const former = await verifiers.verifier({ name: names.former, audience, checkWay: "jwks" });
  const { order, token, committedAt } = await revoked(audience);
  const [another] = await db.query<{ id: string }>(
    "INSERT INTO audience (id, name, title, resource_uri, created_at) VALUES (gen_random_uuid(), $1, $1, 'https://' || $1 || '.example.com/', now()) RETURNING id",
    [`other-${tag()}`],
  );
  await updateVerifier(contextAs(db, "owner"), {
    verifierId: former,
    version: 1,
    audienceIds: [another?.id ?? ""],
  });
  const journey = await getOrderPropagation(as("auditor", after(committedAt, 1_000)), order.id);
  expect(journey.rows.map(({ name }) => name)).toEqual([names.lenient, names.strict, names.former]);
  const expiry = at(after(token.expiresAt, VERIFIER_CLOCK_MS));
  expect(rowOf(journey, names.lenient)).toMatchObject({ isDisabled: true, state: "open", until: expiry });
  expect(rowOf(journey, names.strict)).toMatchObject({
    isDisabled: true,
    until: at(after(disabledAt, DISABLING_MS + 60_000)),
    says: expect.stringMatching(/disabled/),
  });
  expect(rowOf(journey, names.former)).toMatchObject({ formerAudiences: [audience], until: expiry });
  // what is ordered after it was taken away is not its any more
  const next = await revoked(audience);
  const later = await getOrderPropagation(as("auditor", after(next.committedAt, 1_000)), next.order.id);
  expect(later.rows.map(({ name }) => name)).not.toContain(names.former);
  // and the page of a token that nobody took back tells of who is told nothing any more
  const live = await fixture.token({ clientId: await fixture.client(`c-${tag()}`), audiences: [audience] });
  const page = await getToken(as("auditor", after(committedAt, 1_000)), live.id);
  expect(page.verifiers.map(({ name }) => name)).toEqual([names.lenient, names.strict]);
});

test("acknowledgements are thinned: an order counts as acknowledged no sooner than it was, and later by a minute at most", async () => {
  const audience = `thin-${tag()}`;
  const name = `thin-${tag()}`;
  const verifierId = await verifiers.verifier({ name, audience });
  const instanceId = await verifiers.instance({ verifierId });
  const { order, committedAt, position } = await revoked(audience);
  const minute = new Date(Math.ceil(committedAt.getTime() / 60_000) * 60_000);
  for (let second = 0; second < 40; second += 1)
    await verifiers.acknowledge(
      verifierId,
      instanceId,
      position + BigInt(second),
      after(minute, second * 1_000),
    );
  const alone = after(minute, 1_500_000);
  await verifiers.acknowledge(verifierId, instanceId, position + 100n, alone);
  const rows = () =>
    db.query<{ position: bigint; at: Date }>(
      "SELECT position, at FROM feed_acknowledgement WHERE verifier_id = $1 ORDER BY position",
      [verifierId],
    );
  const acknowledged = async () =>
    Date.parse(
      rowOf(await getOrderPropagation(as("auditor", after(minute, 7_200_000)), order.id), name)
        ?.acknowledgedAt ?? expect.fail(),
    );
  await purgePropagation(db, after(minute, 1_800_000));
  expect(await rows()).toHaveLength(41);
  expect(await acknowledged()).toBe(minute.getTime());
  await purgePropagation(db, after(minute, 2 * 3_600_000));
  expect(await rows()).toEqual([
    { position: position + 39n, at: after(minute, 39_000) },
    { position: position + 100n, at: alone },
  ]);
  expect(await acknowledged()).toBe(minute.getTime() + 39_000);
});

test("instances of earlier restarts cost a reader nothing, and the newest word of them is told", async () => {
  const audience = `restarts-${tag()}`;
  const name = `r-${tag()}`;
  const verifierId = await verifiers.verifier({ name, audience });
  const { committedAt, position, order } = await revoked(audience);
  await db.query(
    `INSERT INTO verifier_instance (verifier_id, instance_id, way, position, position_at, seen_at, first_seen_at, disconnected_at)
     SELECT $1::uuid, gen_random_uuid(), 'feed', $2::bigint, s.at, s.at, s.at - interval '1 hour', s.at
     FROM generate_series(1, 500) n, LATERAL (SELECT $3::timestamptz - interval '1 hour' - n * interval '10 minutes' AS at) s`,
    [verifierId, position - 1n, committedAt],
  );
  await db.query(
    `INSERT INTO verifier_instance (verifier_id, instance_id, way, position, position_at, seen_at, first_seen_at)
     SELECT $1::uuid, gen_random_uuid(), 'feed', $2::bigint, $3::timestamptz, $3::timestamptz, $3::timestamptz - interval '1 minute' FROM generate_series(1, 500)`,
    [verifierId, position, after(committedAt, 3_600_000)],
  );
  const live = await verifiers.instance({ verifierId, seenAt: committedAt });
  await verifiers.acknowledge(verifierId, live, position, after(committedAt, 20));
  const [checker] = await readOrderCheckers(db, {
    audiences: [audience],
    position,
    placedAt: committedAt,
    committedAt,
  });
  expect(checker?.instances).toHaveLength(1);
  const journey = await getOrderPropagation(as("auditor", after(committedAt, 7_200_000)), order.id);
  expect(rowOf(journey, name)).toMatchObject({
    acknowledgedAt: at(after(committedAt, 20)),
    instances: { count: 1, acknowledged: 1 },
    lastHeardAt: at(after(committedAt, 3_600_000)),
  });
  const now = after(committedAt, 20 * 3_600_000);
  const { checkers } = await readStandingCheckers(db, { verifierIds: [verifierId], now });
  expect(checkers[0]?.instances).toHaveLength(1);
});
