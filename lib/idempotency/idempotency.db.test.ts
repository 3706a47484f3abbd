import { describe, expect, test } from "vitest";
import { testContexts } from "../db/test-context.ts";
import { claimKey } from "./claim-key.ts";
import { fencedDatabase } from "./fenced-database.ts";

const world = testContexts();
const key = "key";
const groups = async () => (await world.db.query("SELECT id FROM user_group")).length;

describe("a crash", () => {
  const claimed = async (fingerprint: Buffer, now: Date) => {
    const got = await claimKey(world.db, { actorId: "a", key, fingerprint, requestId: "first", now });
    if (got.outcome !== "claimed") throw new Error(got.outcome);
    return got.claim;
  };
  const fingerprint = Buffer.alloc(32, 7);
  const claim = (now: Date) =>
    claimKey(world.db, { actorId: "a", key, fingerprint, requestId: "second", now });
  const later = (now: Date, seconds: number) => new Date(now.getTime() + seconds * 1000);

  test("between act and answer does not let the request act twice, ever", async () => {
    const now = new Date();
    const db = fencedDatabase(world.db, await claimed(fingerprint, now));
    await db.transaction((tx) => tx.query("SELECT 1"));
    // it may be about to answer
    expect(await claim(later(now, 59))).toEqual({ outcome: "running" });
    // nobody comes to say what was answered
    expect(await claim(later(now, 61))).toEqual({ outcome: "acted", requestId: "first" });
    expect(await claim(later(now, 3_600))).toEqual({ outcome: "acted", requestId: "first" });
  });

  test("before the act leaves a key that the same request has after a minute, and who was late acts no more", async () => {
    const now = new Date();
    const late = fencedDatabase(world.db, await claimed(fingerprint, now));
    expect(await claim(later(now, 59))).toEqual({ outcome: "running" });
    expect(await claim(later(now, 61))).toMatchObject({ outcome: "claimed" });
    const before = await groups();
    const acting = late.transaction((tx) =>
      tx.query(
        "INSERT INTO user_group (id, name, description, created_at) VALUES (gen_random_uuid(), 'late', '', now()) RETURNING id",
      ),
    );
    await expect(acting).rejects.toMatchObject({ code: "CONFLICT" });
    expect(await groups()).toBe(before);
  });

  test("after 24 hours a key is as good as new", async () => {
    const now = new Date();
    const db = fencedDatabase(world.db, await claimed(fingerprint, now));
    await db.transaction((tx) => tx.query("SELECT 1"));
    expect(await claim(later(now, 86_399))).toMatchObject({ outcome: "acted" });
    expect(await claim(later(now, 86_400))).toMatchObject({ outcome: "claimed" });
  });
});

test("an actor has no more than 10,000 keys at once: a known one is answered, a new one is refused until the oldest is over", async () => {
  const now = new Date();
  const ask = (actorId: string, own: string, at = now) =>
    claimKey(world.db, { actorId, key: own, fingerprint: Buffer.alloc(32, 1), requestId: "r", now: at });
  const fill = (from: number, to: number, hours: number) =>
    world.db.query(
      `INSERT INTO idempotency_key (actor_id, key, claim, fingerprint, state, request_id, claimed_at, lapses_at, expires_at)
       SELECT 'busy', n::text, gen_random_uuid(), decode(repeat('01', 32), 'hex'), 'acted', 'first', $3::timestamptz, $3::timestamptz, $3::timestamptz + make_interval(hours => $4::int)
       FROM generate_series($1::int, $2::int) n`,
      [from, to, now, hours],
    );
  await fill(1, 1, 1);
  await fill(2, 9_999, 24);
  await fill(20_001, 20_100, 0);
  expect(await ask("busy", "last")).toMatchObject({ outcome: "claimed" });
  expect(await ask("busy", "one more")).toEqual({ outcome: "full", retryAfter: 3_600 });
  // one that is over makes room for none while there are too many others
  expect(await ask("busy", "20001")).toEqual({ outcome: "full", retryAfter: 3_600 });
  expect(await ask("busy", "7")).toEqual({ outcome: "acted", requestId: "first" });
  expect(await ask("idle", "one more")).toMatchObject({ outcome: "claimed" });
  const later = new Date(now.getTime() + 3_600_000);
  expect(await ask("busy", "one more", later)).toMatchObject({ outcome: "claimed" });
  expect(await ask("busy", "yet another", later)).toMatchObject({ outcome: "full" });
});
