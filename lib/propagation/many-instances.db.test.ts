import { afterAll, beforeAll, expect, test } from "vitest";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { contextAs } from "../tokens/token-fixture.ts";
import { after, at, boardFixtureOf, rowOf, tag } from "./board-fixture.ts";
import { getOrderPropagation } from "./get-order-propagation.ts";
import { purgePropagation } from "./purge-propagation.ts";
import { readOrderCheckers, readStandingCheckers } from "./read-checkers.ts";
import { verifierFixtureOf } from "./verifier-fixture.ts";

let db: Database;
let verifiers: ReturnType<typeof verifierFixtureOf>;
let revoked: ReturnType<typeof boardFixtureOf>["revoked"];

beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 6, applicationName: "test" });
  verifiers = verifierFixtureOf(db);
  revoked = boardFixtureOf(db).revoked;
});
afterAll(() => db.end());

const as = (role: Role | "anonymous", at?: Date): Context => contextAs(db, role, at);

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
