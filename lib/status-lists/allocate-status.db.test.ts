import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSqlDatabase, type SqlDatabase } from "../db/sql-database.ts";
import { testDatabase } from "../db/test-database.ts";
import { createStatusAllocator, type StatusPlace } from "./allocate-status.ts";

let db: SqlDatabase;
beforeAll(async () => {
  const { url } = await testDatabase();
  db = openSqlDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
});
afterAll(() => db.end());

type ListRecord = {
  id: number;
  writerId: string;
  size: number;
  openedAt: Date;
  closedAt: Date | null;
  livesUntil: Date;
};

function listsOf(writerId: string): Promise<ListRecord[]> {
  return db.query<ListRecord>(
    `SELECT id, writer_id AS "writerId", size, opened_at AS "openedAt", closed_at AS "closedAt", lives_until AS "livesUntil"
     FROM status_list WHERE writer_id = $1::uuid ORDER BY id`,
    [writerId],
  );
}

test("claims no list before the first token, and one for however many at once", async () => {
  const writerId = randomUUID();
  const allocator = createStatusAllocator({ db, writerId });
  expect(await listsOf(writerId)).toEqual([]);
  const places = await Promise.all(Array.from({ length: 500 }, () => allocator.take(600)));
  const lists = await listsOf(writerId);
  expect(lists).toMatchObject([{ size: 2 ** 20, closedAt: null }]);
  expect(new Set(places.map((place) => place.index)).size).toBe(500);
  expect(places.every((place) => place.listId === lists[0]?.id)).toBe(true);
  expect(allocator.take(600)).not.toBeInstanceOf(Promise);
});

test("goes on to a list of its own when one is used up, and no place is given twice", async () => {
  const writerId = randomUUID();
  const allocator = createStatusAllocator({ db, writerId, size: 16 });
  const places: StatusPlace[] = [];
  for (let round = 0; round < 5; round += 1)
    places.push(...(await Promise.all(Array.from({ length: 8 }, () => allocator.take(600)))));
  const lists = await listsOf(writerId);
  expect(lists).toHaveLength(3);
  expect(lists.map((list) => list.closedAt === null)).toEqual([false, false, true]);
  expect(new Set(places.map((place) => `${place.listId} ${place.index}`)).size).toBe(40);
  for (const list of lists.slice(0, 2)) {
    const indexes = places.filter((place) => place.listId === list.id).map((place) => place.index);
    expect(indexes.toSorted((one, other) => one - other)).toEqual(Array.from({ length: 16 }, (_, at) => at));
  }
});

test("two processes hand out of different lists", async () => {
  const allocators = [randomUUID(), randomUUID()].map((writerId) => createStatusAllocator({ db, writerId }));
  const places = await Promise.all(allocators.map((allocator) => allocator.take(600)));
  expect(places[0]?.listId).not.toBe(places[1]?.listId);
});

test("goes on to the next list after a day, and closes the one before", async () => {
  const writerId = randomUUID();
  let nowMs = Date.now();
  const allocator = createStatusAllocator({ db, writerId, now: () => nowMs });
  const first = await allocator.take(600);
  nowMs += 86_399_000;
  expect((await allocator.take(600)).listId).toBe(first.listId);
  nowMs += 2_000;
  const next = await allocator.take(600);
  expect(next.listId).not.toBe(first.listId);
  const [before] = await listsOf(writerId);
  expect(before?.closedAt?.getTime()).toBeGreaterThanOrEqual(nowMs);
});

test("begins another list where the clock went back before the present one", async () => {
  const writerId = randomUUID();
  let nowMs = Date.now();
  const allocator = createStatusAllocator({ db, writerId, now: () => nowMs });
  const first = await allocator.take(600);
  nowMs -= 60_000;
  const next = await allocator.take(600);
  expect(next.listId).not.toBe(first.listId);
  expect((await listsOf(writerId))[1]?.openedAt.getTime()).toBe(nowMs);
});

test("a list is on record as living at least as long as every token that it was used for", async () => {
  const writerId = randomUUID();
  const nowMs = Date.now();
  const allocator = createStatusAllocator({ db, writerId, now: () => nowMs });
  for (const ttlSeconds of [60, 86_400, 600]) {
    await allocator.take(ttlSeconds);
    const [list] = await listsOf(writerId);
    expect(list?.livesUntil.getTime()).toBeGreaterThanOrEqual(nowMs + ttlSeconds * 1_000);
  }
});

test("hands nothing out while the database cannot note the list, and goes on when it can", async () => {
  const writerId = randomUUID();
  let isAway = true;
  const flaky: Pick<SqlDatabase, "query"> = {
    query: (text, values) =>
      isAway
        ? Promise.reject(Object.assign(new Error("connection refused"), { code: "ECONNREFUSED" }))
        : db.query(text, values),
  };
  const allocator = createStatusAllocator({ db: flaky, writerId });
  await expect(allocator.take(600)).rejects.toThrow("connection refused");
  isAway = false;
  await expect(allocator.take(600)).resolves.toMatchObject({ index: expect.any(Number) });
});

test("says when it ends", async () => {
  const writerId = randomUUID();
  const allocator = createStatusAllocator({ db, writerId });
  await allocator.take(600);
  await allocator.stop();
  expect((await listsOf(writerId))[0]?.closedAt).not.toBeNull();
});
