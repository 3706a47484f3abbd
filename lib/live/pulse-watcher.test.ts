import { expect, test } from "vitest";
import type { Sql } from "../db/sql.ts";
import type { Pulse } from "./model.ts";
import { fingerprintOf, PulseWatcher } from "./pulse-watcher.ts";

function fakeDatabase() {
  let position = 1n;
  let asked = 0;
  let waiting: (() => void)[] = [];
  const db: Sql = {
    query: async <Row extends object>() => {
      asked += 1;
      for (const go of waiting.splice(0)) go();
      return [
        {
          newestTokenId: null,
          feedPosition: position,
          unsettledOrders: 0n,
          newestUseAt: null,
          refusedCounts: "0",
          newestEntry: 0n,
          acknowledged: "0",
          registryVersion: 0n,
          detections: 0n,
          keysHeld: "",
          deliveries: "0",
        },
      ] as Row[];
    },
  };
  const asks = async (times: number) => {
    const until = asked + times;
    while (asked < until) await new Promise<void>((resolve) => waiting.push(resolve));
    await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    db,
    asks,
    asked: () => asked,
    move: () => {
      position += 1n;
    },
    stop: () => {
      waiting = [];
    },
  };
}

test("tells every listener of news once, with one question for all", async () => {
  const database = fakeDatabase();
  const watcher = new PulseWatcher(database.db, 1);
  const heard: [Pulse[], Pulse[]] = [[], []];
  const stops = heard.map((list) => watcher.subscribe((pulse) => list.push(pulse), null));
  await database.asks(3);
  expect(heard.map((list) => list.length)).toEqual([0, 0]);
  database.move();
  await database.asks(3);
  expect(heard.map((list) => list.length)).toEqual([1, 1]);
  for (const stop of stops) stop();
  expect(watcher.listeners).toBe(0);
});

test("tells who comes back of what it missed, and nothing where it missed nothing", async () => {
  const database = fakeDatabase();
  const watcher = new PulseWatcher(database.db, 1);
  const first: Pulse[] = [];
  const stop = watcher.subscribe((pulse) => first.push(pulse), "old");
  await database.asks(2);
  expect(first).toHaveLength(1);
  const again: Pulse[] = [];
  const stopAgain = watcher.subscribe((pulse) => again.push(pulse), fingerprintOf(first[0] as Pulse));
  await database.asks(2);
  expect(again).toHaveLength(0);
  stop();
  stopAgain();
});

test("asks nobody while nobody listens", async () => {
  const database = fakeDatabase();
  const watcher = new PulseWatcher(database.db, 1);
  const stop = watcher.subscribe(() => {}, null);
  await database.asks(1);
  stop();
  const asked = database.asked();
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(database.asked()).toBe(asked);
});
