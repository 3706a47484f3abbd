import { randomUUID } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { type Database, openDatabase } from "../db/database.ts";
import { testDatabase } from "../db/test-database.ts";
import { placeOrder } from "../revocations/place-order.ts";
import { settleAll } from "../revocations/test-settle.ts";
import type { NewToken } from "../tokens/register.ts";
import { contextAs, fixtureOf } from "../tokens/token-fixture.ts";
import { readStatuses, type StatusListRecord } from "./read-statuses.ts";

let db: Database;
beforeAll(async () => {
  const { url } = await testDatabase();
  db = openDatabase({ url, role: "app", maxConnections: 4, applicationName: "test" });
});
afterAll(() => db.end());

const HOUR_MS = 3_600_000;

async function claim(
  id: number,
  change: Partial<Pick<StatusListRecord, "openedAt" | "closedAt">> = {},
): Promise<StatusListRecord> {
  const now = Date.now();
  return {
    id,
    size: 64,
    openedAt: new Date(now - HOUR_MS),
    closedAt: null,
    livesUntil: new Date(now + HOUR_MS),
    ...change,
  };
}

async function statusesOf(list: StatusListRecord, disabled: string[] = [], now = new Date()) {
  const { array, ...rest } = await readStatuses(db, list, disabled, now);
  const told = Array.from({ length: list.size }, (_, index) => array.get(index));
  return { told, taken: told.flatMap((status, index) => (status === 0 ? [] : [[index, status]])), ...rest };
}

const owner = () => contextAs(db, "owner");

async function revoke(token: NewToken): Promise<void> {
  await db.transaction((tx) =>
    placeOrder(tx, owner(), {
      verb: "revoke",
      target: { kind: "token", id: token.id, name: token.id },
      reason: "test",
      note: "",
    }),
  );
}

test("a token that was never taken back is valid, and so is every index that no token has", async () => {
  const list = await claim(101);
  await fixtureOf(db).token({ clientId: randomUUID(), status: { listId: 101, index: 5 } });
  expect((await statusesOf(list)).taken).toEqual([]);
});

test("a token is invalid from the order's commit on, and stays so when it is settled; tokens of other lists are not in it", async () => {
  const [list, other] = [await claim(102), await claim(103)];
  const fixture = fixtureOf(db);
  const clientId = randomUUID();
  const token = await fixture.token({ clientId, status: { listId: 102, index: 63 } });
  const elsewhere = await fixture.token({ clientId, status: { listId: 103, index: 63 } });
  await revoke(token);
  expect((await statusesOf(list)).taken).toEqual([[63, 1]]);
  expect((await statusesOf(other)).taken).toEqual([]);
  await settleAll(db);
  expect(await statusesOf(list)).toMatchObject({ taken: [[63, 1]], isSettled: true, changesAt: null });
  await revoke(elsewhere);
  expect((await statusesOf(other)).taken).toEqual([[63, 1]]);
  expect((await statusesOf(list)).taken).toEqual([[63, 1]]);
});

test("an order upon a client that is not settled yet is in the list, and says that it is on its way", async () => {
  const list = await claim(108);
  const fixture = fixtureOf(db);
  const [clientId, other] = [randomUUID(), randomUUID()];
  await fixture.token({ clientId, status: { listId: 108, index: 1 } });
  await fixture.token({ clientId: other, status: { listId: 108, index: 2 } });
  await db.transaction((tx) =>
    placeOrder(tx, owner(), {
      verb: "revoke",
      target: { kind: "client", id: clientId, name: clientId },
      reason: "test",
      note: "",
    }),
  );
  await fixture.token({
    clientId,
    issuedAt: new Date(Date.now() + 5_000),
    status: { listId: 108, index: 3 },
  });
  expect(await statusesOf(list)).toMatchObject({ taken: [[1, 1]], isSettled: false });
  await settleAll(db);
  expect(await statusesOf(list)).toMatchObject({ taken: [[1, 1]], isSettled: true });
});

test("finds the tokens of a list whose process was killed, and those of one that was closed", async () => {
  const now = Date.now();
  const opened = new Date(now - 30 * HOUR_MS);
  const fixture = fixtureOf(db);
  const clientId = randomUUID();
  const at = (listId: number, hoursAgo: number, index: number) =>
    fixture.token({ clientId, issuedAt: new Date(now - hoursAgo * HOUR_MS), status: { listId, index } });
  const tokens = [await at(104, 29, 1), await at(104, 7, 2), await at(105, 20, 3)];
  for (const token of tokens) await revoke(token);
  expect((await statusesOf(await claim(104, { openedAt: opened }))).taken).toEqual([
    [1, 1],
    [2, 1],
  ]);
  const closed = await claim(105, { openedAt: opened, closedAt: new Date(now - 20 * HOUR_MS) });
  expect((await statusesOf(closed)).taken).toEqual([[3, 1]]);
  await settleAll(db);
  expect((await statusesOf(closed)).taken).toEqual([[3, 1]]);
});

test("the tokens of a disabled client are suspended, a revoked one among them stays invalid, and another client's are untouched", async () => {
  const list = await claim(106);
  const fixture = fixtureOf(db);
  const [disabled, other] = [randomUUID(), randomUUID()];
  await fixture.token({ clientId: disabled, status: { listId: 106, index: 1 } });
  const revoked = await fixture.token({ clientId: disabled, status: { listId: 106, index: 2 } });
  await fixture.token({ clientId: other, status: { listId: 106, index: 3 } });
  await revoke(revoked);
  expect((await statusesOf(list, [disabled])).taken).toEqual([
    [1, 2],
    [2, 1],
  ]);
  expect((await statusesOf(list)).taken).toEqual([[2, 1]]);
});

test("says when a suspension ends, and tells the token valid from then on", async () => {
  const list = await claim(107);
  const clientId = randomUUID();
  const token = await fixtureOf(db).token({ clientId, status: { listId: 107, index: 9 } });
  const until = new Date(Math.floor(Date.now() / 1_000) * 1_000 + HOUR_MS);
  await db.transaction((tx) =>
    placeOrder(tx, owner(), {
      verb: "suspend",
      target: { kind: "token", id: token.id, name: token.id },
      reason: "test",
      note: "",
      expiresAt: until,
    }),
  );
  expect((await statusesOf(list)).taken).toEqual([[9, 2]]);
  await settleAll(db);
  expect(await statusesOf(list)).toMatchObject({ taken: [[9, 2]], changesAt: until, isSettled: true });
  expect((await statusesOf(list, [], until)).taken).toEqual([]);
});
