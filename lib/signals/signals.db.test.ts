import { randomUUID } from "node:crypto";
import { describe, expect, test } from "vitest";
import { testContexts } from "../db/test-context.ts";
import { uuidv7 } from "../ids.ts";
import { createKeyWrapper } from "../keys/key-wrapper.ts";
import { NOTHING_ALLOWED } from "../outbound/allow-list.ts";
import { createOutbound } from "../outbound/outbound.ts";
import { cancelOrder } from "../revocations/cancel-order.ts";
import { type PlaceOrderInput, placeOrder } from "../revocations/place-order.ts";
import { fixtureOf } from "../tokens/token-fixture.ts";
import { setUserGroups } from "../users/set-user-groups.ts";
import { collectSignals } from "./collect-signals.ts";
import { createStream } from "./create-stream.ts";
import { leaseStreams } from "./lease-streams.ts";
import { SENT_EVENTS, SESSION_REVOKED } from "./model.ts";
import { readOutstanding } from "./next-events.ts";
import { purgeSignals } from "./purge-signals.ts";
import { readStream } from "./stream-record.ts";

const world = testContexts();
const keeping = {
  outbound: createOutbound({ allow: NOTHING_ALLOWED }),
  wrapper: createKeyWrapper(Buffer.alloc(32, 7)),
};
/** The database's clock is the real one. */
const owner = () => ({ ...world.as("owner"), now: new Date() });

async function verifier(): Promise<string> {
  const id = uuidv7(new Date());
  await world.db.query(
    "INSERT INTO verifier (id, name, created_at, updated_at) VALUES ($1, $2, now(), now())",
    [id, `v-${randomUUID().slice(0, 8)}`],
  );
  return id;
}
async function stream(delivery: "push" | "poll" = "poll") {
  return createStream(
    owner(),
    {
      verifierId: await verifier(),
      description: "",
      events: [...SENT_EVENTS],
      delivery,
      ...(delivery === "push" ? { endpointUrl: "https://1.1.1.1/events" } : {}),
    },
    keeping,
  );
}
async function place(change: Partial<PlaceOrderInput> = {}) {
  const id = await fixtureOf(world.db).user(`${randomUUID()}@example.com`);
  const target = { kind: "user", id, name: "somebody" } as const;
  return world.db.transaction((tx) =>
    placeOrder(tx, owner(), { verb: "revoke", target, reason: "policy", note: "", ...change }),
  );
}
const orderIds = async () =>
  (await world.db.query<{ id: string }>("SELECT order_id AS id FROM signal_event ORDER BY sequence")).map(
    (row) => row.id,
  );

describe("orders as security events", () => {
  test("are told once each and in the feed's order, however many look at once", async () => {
    await stream();
    const placed = [];
    for (let n = 0; n < 12; n += 1) placed.push((await place()).id);
    await Promise.all(Array.from({ length: 5 }, () => collectSignals(world.db)));
    await collectSignals(world.db);
    expect(await orderIds()).toEqual(placed);
    const dense = await world.db.query<{ sequence: bigint }>("SELECT sequence FROM signal_event ORDER BY 1");
    expect(dense.map(({ sequence }) => sequence)).toEqual(placed.map((_, n) => BigInt(n + 1)));
  });

  test("are not written where nobody listens, and a stream begins where it is made", async () => {
    await place();
    await collectSignals(world.db);
    const made = await stream();
    expect(await collectSignals(world.db)).toBe(false);
    expect(await orderIds()).toEqual([]);
    const { id } = await place();
    await collectSignals(world.db);
    expect(await orderIds()).toEqual([id]);
    expect(await readStream(world.db, { id: made.id })).toMatchObject({ lag: 1 });
  });

  test("of a scheduled order are told when it begins, and never where it was called off", async () => {
    await stream();
    const effectiveFrom = new Date(Date.now() + 3_000);
    const later = await place({ effectiveFrom });
    const off = await place({ effectiveFrom: new Date(Date.now() + 3_600_000) });
    await cancelOrder(owner(), { id: off.id, reason: "policy", note: "" });
    await collectSignals(world.db);
    expect(await orderIds()).toEqual([]);
    await new Promise((resolve) => setTimeout(resolve, effectiveFrom.getTime() - Date.now() + 50));
    await collectSignals(world.db);
    expect(await orderIds()).toEqual([later.id]);
    await world.db.query("UPDATE signal_head SET due_until = now() - interval '1 hour'");
    await world.db.query(
      "UPDATE signal_head SET due_until = (SELECT effective_from FROM revocation_order WHERE id = $1)",
      [later.id],
    );
    await collectSignals(world.db);
    expect(await orderIds()).toEqual([later.id]);
  });

  test("that a peer's event caused go to everybody but that peer's own streams, tied to the event that they came of", async () => {
    const [own, others] = [await stream(), await stream()];
    const { id } = await place();
    await world.db.query(
      `WITH p AS (INSERT INTO signal_receiver (id, name, issuer, jwks_url, audience, subject_by, secret_hash, hint, verifier_id, created_at, updated_at)
         VALUES (gen_random_uuid(), 'idp', 'https://idp', 'https://idp/jwks', 'us', 'email', '\\x00', 'abcd', $2::uuid, now(), now()) RETURNING id)
       INSERT INTO received_signal (receiver_id, jti, event_type, issued_at, received_at, outcome, order_id, txn)
       SELECT p.id, 'j1', $3::text, now(), now(), 'revoked', $1::uuid, 'where-it-began' FROM p`,
      [id, own.verifier.id, SESSION_REVOKED],
    );
    const mine = await place();
    await collectSignals(world.db);
    const of = async (streamId: string) =>
      (await readOutstanding(world.db, streamId, 10)).events.map(({ orderId, txn }) => [orderId, txn]);
    expect(await of(own.id)).toEqual([[mine.id, null]]);
    expect(await of(others.id)).toEqual([
      [id, "where-it-began"],
      [mine.id, null],
    ]);
  });

  test("of a restore and of what the standard has no subject for are none", async () => {
    await stream();
    for (const target of [
      { kind: "permission", id: "invoices:read", name: "p" },
      { kind: "audience", id: "billing", name: "a" },
      { kind: "signing_key", id: "kid", name: "k" },
    ] as const)
      await place({ target });
    await place({ verb: "restore" });
    await collectSignals(world.db);
    expect(await orderIds()).toEqual([]);
    await place({ target: { kind: "signing_key", id: "kid", name: "k" }, reason: "key_compromise" });
    await collectSignals(world.db);
    expect(await orderIds()).toHaveLength(1);
  });
});

describe("a change of groups", () => {
  test("is told in the transaction that makes it, or not at all", async () => {
    await stream();
    const userId = await fixtureOf(world.db).user("ana@example.com");
    const groupId = randomUUID();
    await world.db.query("INSERT INTO user_group (id, name, created_at) VALUES ($1, 'Finance', now())", [
      groupId,
    ]);
    const count = async () => (await world.db.query("SELECT 1 FROM signal_event")).length;
    await setUserGroups(owner(), { userId, version: 1, groupIds: [groupId] });
    expect(await count()).toBe(1);
    await setUserGroups(owner(), { userId, version: 2, groupIds: [groupId] });
    expect(await count()).toBe(1);
    await world.asOwner("REVOKE INSERT ON audit_entry FROM tokenwarden_app");
    await expect(setUserGroups(owner(), { userId, version: 2, groupIds: [] })).rejects.toMatchObject({
      code: "UNAVAILABLE",
    });
    await world.asOwner("GRANT INSERT ON audit_entry TO tokenwarden_app");
    expect(await count()).toBe(1);
  });
});

describe("streams that push", () => {
  test("are taken by one worker at a time, and by another once the lease is over", async () => {
    const { id } = await stream("push");
    await place();
    await collectSignals(world.db);
    const [one, two] = [randomUUID(), randomUUID()];
    const lease = async (workerId: string, busy: string[] = []) =>
      (await leaseStreams(world.db, { workerId, busy, limit: 10 })).map((leased) => leased.id);
    const both = await Promise.all([lease(one), lease(two)]);
    expect(both.flat()).toEqual([id]);
    expect(await lease(both[0].length > 0 ? two : one)).toEqual([]);
    expect(await lease(both[0].length > 0 ? one : two, [id])).toEqual([]);
    await world.db.query("UPDATE signal_stream SET leased_until = now() - interval '1 second'");
    expect(await lease(randomUUID())).toEqual([id]);
  });
});

describe("events that are too old", () => {
  test("are given up after a week, counted at the stream that had not taken them; what every stream is past goes at once", async () => {
    const behind = await stream();
    const ahead = await stream();
    for (let n = 0; n < 3; n += 1) await place();
    await collectSignals(world.db);
    await world.db.query("UPDATE signal_stream SET cursor = 3 WHERE id = $1", [ahead.id]);
    expect(await purgeSignals(world.db, new Date())).toBe(0);
    await world.db.query("UPDATE signal_event SET at = now() - interval '8 days' WHERE sequence <= 2");
    expect(await purgeSignals(world.db, new Date())).toBe(2);
    expect(await readStream(world.db, { id: behind.id })).toMatchObject({ lost: 2, lag: 1 });
    expect(await readStream(world.db, { id: ahead.id })).toMatchObject({ lost: 0, lag: 0 });
    await world.db.query("UPDATE signal_stream SET cursor = 3");
    expect(await purgeSignals(world.db, new Date())).toBe(1);
    const [event] = await world.db.query("SELECT 1 FROM signal_event WHERE type = $1", [SESSION_REVOKED]);
    expect(event).toBeUndefined();
  });
});
