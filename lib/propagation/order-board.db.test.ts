import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { placeOrder } from "../revocations/place-order.ts";
import { revokeClientTokens } from "../revocations/revoke-client-tokens.ts";
import { getToken } from "../tokens/get-token.ts";
import { contextAs, type Fixture, fixtureOf } from "../tokens/token-fixture.ts";
import { endVerifierInstance } from "../verifiers/end-verifier-instance.ts";
import { updateVerifier } from "../verifiers/update-verifier.ts";
import { after, at, boardFixtureOf, reportedUse, rowOf, tag, why } from "./board-fixture.ts";
import { findOrderPropagation } from "./find-order-propagation.ts";
import { getOrderPropagation } from "./get-order-propagation.ts";
import { DISABLING_MS, VERIFIER_CLOCK_MS } from "./journey.ts";
import { listVerifierStandings } from "./list-standings.ts";
import { verifierFixtureOf } from "./verifier-fixture.ts";

let db: Database;
let fixture: Fixture;
let verifiers: ReturnType<typeof verifierFixtureOf>;
let revoked: ReturnType<typeof boardFixtureOf>["revoked"];

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  fixture = fixtureOf(db);
  verifiers = verifierFixtureOf(db);
  revoked = boardFixtureOf(db).revoked;
});
afterAll(() => db.end());

const as = (role: Role | "anonymous", at?: Date): Context => contextAs(db, role, at);

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

test("a goodbye speaks for the process that said it: a lenient one that was lost days before, without a word, can accept", async () => {
  const audience = `goodbye-${tag()}`;
  const day = 86_400_000;
  const before = (ms: number) => new Date(Date.now() - ms);
  const names = {
    lost: `g1-${tag()}`,
    unsaid: `g2-${tag()}`,
    all: `g3-${tag()}`,
    strict: `g4-${tag()}`,
    asks: `g5-${tag()}`,
  };
  const ended = (verifierId: string, instanceId: string, at: Date, by: string | null = null) =>
    db.query(
      "UPDATE verifier_instance SET ended_at = $3, ended_by = $4 WHERE verifier_id = $1 AND instance_id = $2",
      [verifierId, instanceId, at, by],
    );
  for (const [key, name] of Object.entries(names)) {
    const mode = key === "strict" ? "strict" : "lenient";
    const verifierId = await verifiers.verifier({ name, audience, mode });
    const goodbye = await verifiers.instance({ verifierId, mode, seenAt: before(3_600_000) });
    await ended(verifierId, goodbye, before(3_600_000));
    const silent = await verifiers.instance({
      verifierId,
      way: key === "asks" ? "introspection" : "feed",
      mode: key === "unsaid" ? null : mode,
      seenAt: before(2 * day),
    });
    if (key === "all") await ended(verifierId, silent, before(day), "ana@example.com");
  }
  const { order, token, committedAt } = await revoked(audience);
  const read = async (ms: number) => getOrderPropagation(as("auditor", after(committedAt, ms)), order.id);
  const until = at(after(token.expiresAt, VERIFIER_CLOCK_MS));
  const early = await read(1_000);
  for (const name of [names.lost, names.unsaid])
    expect(rowOf(early, name)).toMatchObject({
      state: "open",
      until,
      says: expect.stringContaining("never said that it ended"),
    });
  for (const name of [names.all, names.strict, names.asks])
    expect(rowOf(early, name)).toMatchObject({ state: "reached", until: at(committedAt) });
  // an admin knows that it ended
  const [lost] = await db.query<{ verifierId: string; instanceId: string }>(
    `SELECT i.verifier_id AS "verifierId", i.instance_id AS "instanceId" FROM verifier_instance i JOIN verifier v ON v.id = i.verifier_id
     WHERE v.name = $1 AND i.ended_at IS NULL`,
    [names.lost],
  );
  if (lost === undefined) throw new Error("there is one");
  await endVerifierInstance(contextAs(db, "owner", after(committedAt, 5_000)), lost);
  expect(rowOf(await read(6_000), names.lost)).toMatchObject({
    state: "reached",
    until: at(after(committedAt, 5_000)),
    says: expect.stringContaining("an admin's word"),
  });
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
    reportedUse(db, { token, verifierId, usedAt, outcome });
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

test("a use that a verifier accepted inside of a suspension, after it should refuse, contradicts the board; one after a restore or its end does not", async () => {
  const audience = `held-${tag()}`;
  const names = { liar: `n1-${tag()}`, back: `n2-${tag()}`, edge: `n3-${tag()}` };
  const clientId = await fixture.client(`c-${tag()}`);
  const token = await fixture.token({
    clientId,
    audiences: [audience],
    expiresAt: new Date(Date.now() + 7_200_000),
  });
  const ids = new Map<string, string>();
  for (const name of Object.values(names))
    ids.set(
      name,
      await verifiers.verifier({ name, audience, checkWay: "introspection", askedAt: new Date() }),
    );
  const expiresAt = new Date(Date.now() + 3_600_000);
  const target = { kind: "token", id: token.id, name: token.id } as const;
  const place = (verb: "suspend" | "restore", { now, expiresAt }: { now?: Date; expiresAt?: Date } = {}) =>
    db.transaction((tx) =>
      placeOrder(tx, as("responder", now), {
        verb,
        target,
        reason: "test",
        note: "",
        ...(expiresAt && { expiresAt }),
      }),
    );
  const { id, position } = await place("suspend", { expiresAt });
  const [order] = await db.query<{ createdAt: Date }>(
    'SELECT created_at AS "createdAt" FROM revocation_order WHERE id = $1::uuid',
    [id],
  );
  const committedAt = order?.createdAt as Date;
  await verifiers.sighted(BigInt(position), committedAt);
  const read = async (ms: number) => getOrderPropagation(as("auditor", after(committedAt, ms)), id);
  const accepted = (name: string, ms: number) =>
    reportedUse(db, { token, verifierId: ids.get(name) as string, usedAt: after(committedAt, ms) });
  // within what clocks may differ from its beginning, and after its own end
  await accepted(names.edge, 20_000);
  await accepted(names.back, 3_600_000);
  expect((await read(60_000)).rows.map(({ acceptedAt }) => acceptedAt)).toEqual([null, null, null]);
  await accepted(names.liar, 120_000);
  const board = await read(200_000);
  expect(rowOf(board, names.liar)).toMatchObject({
    state: "open",
    until: at(expiresAt),
    acceptedAt: at(after(committedAt, 120_000)),
    says: expect.stringContaining("while it is suspended"),
  });
  for (const name of [names.back, names.edge])
    expect(rowOf(board, name)).toMatchObject({ state: "reached", acceptedAt: null });
  const detail = await getToken(as("auditor", after(committedAt, 200_000)), token.id);
  expect(detail.journey?.rows).toEqual(board.rows);

  // given back: what is accepted from then on, or so shortly before that a clock may have been behind, says nothing against anybody
  await place("restore", { now: after(committedAt, 250_000) });
  await accepted(names.back, 251_000);
  await accepted(names.edge, 249_000);
  const restored = await read(300_000);
  expect(restored.order.standing).toBe("restored");
  expect(rowOf(restored, names.liar)).toMatchObject({
    state: "reached",
    until: at(after(committedAt, 250_000)),
    acceptedAt: at(after(committedAt, 120_000)),
    says: expect.stringContaining("That is over"),
  });
  for (const name of [names.back, names.edge])
    expect(rowOf(restored, name)).toMatchObject({ state: "reached", acceptedAt: null });
});

test("a suspension's board ends with the suspension: who never refuses can accept until then, and nobody is told to accept afterwards what works again", async () => {
  const audience = `brief-${tag()}`;
  const names = { alone: `b1-${tag()}`, asks: `b2-${tag()}` };
  await verifiers.verifier({ name: names.alone, audience, checkWay: "jwks" });
  await verifiers.verifier({ name: names.asks, audience, checkWay: "introspection", askedAt: new Date() });
  const clientId = await fixture.client(`c-${tag()}`);
  const token = await fixture.token({
    clientId,
    audiences: [audience],
    expiresAt: new Date(Date.now() + 7_200_000),
  });
  const expiresAt = new Date(Date.now() + 600_000);
  const target = { kind: "token", id: token.id, name: token.id } as const;
  const placed = await db.transaction((tx) =>
    placeOrder(tx, as("responder"), { verb: "suspend", target, reason: "test", note: "", expiresAt }),
  );
  await verifiers.sighted(placed.position, placed.at);
  const read = (now: Date) => getOrderPropagation(as("auditor", now), placed.id);

  const held = await read(after(placed.at, 60_000));
  expect(held).toMatchObject({ open: 1, everywhereAt: at(expiresAt), order: { endedAt: null } });
  expect(rowOf(held, names.alone)).toMatchObject({
    state: "open",
    until: at(expiresAt),
    says: expect.stringContaining("signatures alone"),
  });
  expect(rowOf(held, names.asks)).toMatchObject({ state: "reached", until: at(placed.at) });

  const over = await read(after(expiresAt, 1));
  expect(over).toMatchObject({ open: 0, order: { endedAt: at(expiresAt) } });
  expect(rowOf(over, names.alone)).toMatchObject({
    state: "reached",
    until: at(expiresAt),
    says: expect.stringContaining("could accept it all along"),
  });
  expect(rowOf(over, names.asks)).toMatchObject({ state: "reached", until: at(placed.at) });
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
