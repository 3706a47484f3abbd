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
