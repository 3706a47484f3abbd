import { randomUUID } from "node:crypto";
import { inflateSync } from "node:zlib";
import { afterAll, afterEach, beforeAll, expect, test, vi } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import type { Sql } from "../db/sql.ts";
import { testDatabase } from "../db/test-database.ts";
import { loadRegistry, type RegistrySnapshot } from "../registry/snapshot.ts";
import type { TargetKind } from "../revocations/model.ts";
import { placeOrder } from "../revocations/place-order.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { createStatusListKeeper, type ServedList } from "./status-list-keeper.ts";

let db: Database;
let registry: RegistrySnapshot;
beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
  registry = await loadRegistry(db);
});
afterEach(() => {
  vi.restoreAllMocks();
  vi.useRealTimers();
});
afterAll(() => db.end());

/** Lets both clocks go on by so many milliseconds, each time that it is told to. */
function passTime(): (ms: number) => void {
  const [wall, steady] = [Date.now(), performance.now()];
  let passed = 0;
  vi.spyOn(performance, "now").mockImplementation(() => steady + passed);
  return (ms) => {
    passed += ms;
    vi.setSystemTime(wall + passed);
  };
}

/** A keeper whose process hears of the feed when it is told to, and the times that it read a list whole. */
function keeperOf() {
  let position = 0n;
  let wholes = 0;
  const counting: Sql = {
    query: (text, values) => {
      if (text.includes("FROM token_standing")) wholes += 1;
      return db.query(text, values);
    },
  };
  const keeper = createStatusListKeeper({
    db: counting,
    issuer: "https://id.example.com",
    registry: () => registry,
    position: () => position,
    // what is signed is looked at as it is
    signer: async () => (claims) => JSON.stringify(claims),
    requireCurrent: () => {},
  });
  return {
    keeper,
    wholes: () => wholes,
    async hear() {
      const [head] = await db.query<{ position: bigint }>("SELECT position FROM feed_head WHERE id = 1");
      position = head?.position ?? 0n;
    },
  };
}

function takenIn(list: ServedList | null): number[][] {
  const { status_list: told } = JSON.parse(String(list?.body)) as { status_list: { lst: string } };
  const bytes = inflateSync(Buffer.from(told.lst, "base64url"));
  return Array.from(bytes, (byte, at) =>
    [0, 1, 2, 3].flatMap((place) => {
      const status = (byte >> (place * 2)) & 3;
      return status === 0 ? [] : [[at * 4 + place, status]];
    }),
  ).flat();
}

async function openList(): Promise<number> {
  const [row] = await db.query<{ id: number }>(
    `INSERT INTO status_list (writer_id, size, opened_at, lives_until)
     VALUES ($1::uuid, 64, now() - interval '1 minute', now() + interval '1 hour') RETURNING id`,
    [randomUUID()],
  );
  return row?.id as number;
}

const order = (verb: "revoke" | "suspend", kind: TargetKind, id: string) =>
  db.transaction((tx) =>
    placeOrder(tx, contextAs(db, "owner"), {
      verb,
      target: { kind, id, name: id },
      reason: "test",
      note: "",
    }),
  );

test("is signed anew after five seconds although nothing came, and is not read again for it", async () => {
  const id = await openList();
  const { keeper, wholes } = keeperOf();
  const claimsOf = (list: ServedList | null) =>
    JSON.parse(String(list?.body)) as { iat: number; exp: number };
  const first = await keeper.get(id);
  const pass = passTime();
  pass(4_000);
  expect(keeper.held(id)).toBe(first);
  pass(1_500);
  expect(keeper.held(id)).toBeNull();
  const second = await keeper.get(id);
  expect(claimsOf(second).iat - claimsOf(first).iat).toBeGreaterThanOrEqual(5);
  expect(claimsOf(second).exp - claimsOf(second).iat).toBe(60);
  expect(takenIn(second)).toEqual(takenIn(first));
  expect(wholes()).toBe(1);
});

test("adds single tokens that were revoked to what it has, and reads whole only what is more than that", async () => {
  const id = await openList();
  const { keeper, wholes, hear } = keeperOf();
  const fixture = fixtureOf(db);
  const clientId = randomUUID();
  const [first, second, third] = await Promise.all(
    [1, 2, 3].map((index) => fixture.token({ clientId, status: { listId: id, index } })),
  );
  if (!first || !second || !third) throw new Error("there are three tokens");
  await hear();
  expect(takenIn(await keeper.get(id))).toEqual([]);
  await order("revoke", "token", first.id);
  await order("revoke", "token", second.id);
  await hear();
  await expect
    .poll(async () => takenIn(await keeper.get(id)), { timeout: 5_000 })
    .toEqual([
      [1, 1],
      [2, 1],
    ]);
  expect(wholes()).toBe(1);
  await order("suspend", "client", clientId);
  await hear();
  await expect
    .poll(async () => takenIn(await keeper.get(id)), { timeout: 10_000 })
    .toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
    ]);
  expect(wholes()).toBe(2);
  await order("revoke", "token", third.id);
  await hear();
  // the suspension is on its way into the register: what came with it is not built upon
  await expect
    .poll(async () => takenIn(await keeper.get(id)), { timeout: 10_000 })
    .toEqual([
      [1, 1],
      [2, 1],
      [3, 1],
    ]);
  expect(wholes()).toBeGreaterThan(2);
});

test("is in memory until an order comes, and says the same to all who ask for it then", async () => {
  const id = await openList();
  const { keeper, wholes, hear } = keeperOf();
  await hear();
  expect(keeper.held(id)).toBeNull();
  const asked = await Promise.all(Array.from({ length: 20 }, () => keeper.get(id)));
  expect(new Set(asked).size).toBe(1);
  expect(keeper.held(id)).toBe(asked[0]);
  expect(wholes()).toBe(1);
});

test("says nothing of a list that is not there, and forgets none that is", async () => {
  const { keeper, hear } = keeperOf();
  await hear();
  expect(await keeper.get(2_000_000_000)).toBeNull();
  const id = await openList();
  // claimed by another process a moment ago
  expect(await keeper.get(id)).not.toBeNull();
  expect(await keeper.addresses()).toContain(`https://id.example.com/status-lists/${id}`);
});

test("makes nothing where it may not, and what it has is there all the same", async () => {
  const id = await openList();
  let mayMake = true;
  const keeper = createStatusListKeeper({
    db,
    issuer: "https://id.example.com",
    registry: () => registry,
    position: () => 10_000n,
    signer: async () => (claims) => JSON.stringify(claims),
    requireCurrent: () => {
      if (!mayMake) throw new Error("behind");
    },
  });
  const made = await keeper.get(id);
  mayMake = false;
  expect(await keeper.get(id)).toBe(made);
  const pass = passTime();
  pass(29_000);
  expect(await keeper.get(id)).toBe(made);
  pass(1_500);
  await expect(keeper.get(id)).rejects.toThrow("behind");
  await expect(keeper.get(await openList())).rejects.toThrow("behind");
  await expect(keeper.addresses()).rejects.toThrow("behind");
});
