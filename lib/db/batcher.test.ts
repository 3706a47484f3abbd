import { expect, test } from "vitest";
import { BacklogFull, createBatcher } from "./batcher.ts";

function gate() {
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

test("joins what arrives while a run is under way into the next one, and answers each item with its own result", async () => {
  const batches: number[][] = [];
  const first = gate();
  const batcher = createBatcher<number, number>({
    maxBatch: 100,
    maxInFlight: 1,
    run: async (items) => {
      batches.push(items);
      if (batches.length === 1) await first.opened;
      return items.map((item) => item * 10);
    },
  });
  const one = batcher.add(1);
  await new Promise((resolve) => setImmediate(resolve));
  const rest = [batcher.add(2), batcher.add(3), batcher.add(4)];
  first.open();
  expect(await Promise.all([one, ...rest])).toEqual([10, 20, 30, 40]);
  expect(batches).toEqual([[1], [2, 3, 4]]);
});

test("fails every item of a batch whose run fails, and goes on with the next", async () => {
  let runs = 0;
  const batcher = createBatcher<number, number>({
    maxBatch: 2,
    maxInFlight: 1,
    run: async (items) => {
      runs += 1;
      if (runs === 1) throw new Error("the database is gone");
      return items;
    },
  });
  const settled = await Promise.allSettled([batcher.add(1), batcher.add(2), batcher.add(3)]);
  expect(settled.map((one) => one.status)).toEqual(["rejected", "rejected", "fulfilled"]);
  await batcher.idle();
});

test("refuses more work than may wait instead of growing without bound", async () => {
  const never = gate();
  const batcher = createBatcher<number, number>({
    maxBatch: 1,
    maxInFlight: 1,
    maxWaiting: 2,
    run: async (items) => {
      await never.opened;
      return items;
    },
  });
  const waiting = [batcher.add(1), batcher.add(2)];
  await expect(batcher.add(3)).rejects.toBeInstanceOf(BacklogFull);
  never.open();
  await Promise.all(waiting);
});

test("items count by their weight: for how many make a run, and for how much may wait", async () => {
  const batches: number[][] = [];
  const first = gate();
  const batcher = createBatcher<number, number>({
    maxBatch: 10,
    maxInFlight: 1,
    maxWaiting: 30,
    weigh: (item) => item,
    run: async (items) => {
      batches.push(items);
      if (batches.length === 1) await first.opened;
      return items;
    },
  });
  // heavier than a run, and than what may wait: nothing else did
  const all = [batcher.add(40)];
  await new Promise((resolve) => setImmediate(resolve));
  all.push(...[6, 4, 1, 19].map((weight) => batcher.add(weight)));
  await expect(batcher.add(1)).rejects.toBeInstanceOf(BacklogFull);
  first.open();
  expect(await Promise.all(all)).toEqual([40, 6, 4, 1, 19]);
  expect(batches).toEqual([[40], [6, 4], [1], [19]]);
  expect(await batcher.add(30)).toBe(30);
});

test("goes on beside a run that is slow, with as many more as it may have, and waits for one that is not", async () => {
  const batches: number[][] = [];
  const gates = [gate(), gate(), gate()];
  const batcher = createBatcher<number, number>({
    maxBatch: 100,
    maxInFlight: 1,
    whenSlow: { afterMs: 50, more: 1 },
    run: async (items) => {
      batches.push(items);
      await gates[batches.length - 1]?.opened;
      return items;
    },
  });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  const slow = () => new Promise((resolve) => setTimeout(resolve, 60));
  const all = [batcher.add(1)];
  await turn();
  all.push(batcher.add(2));
  await turn();
  expect(batches).toEqual([[1]]);
  await slow();
  all.push(batcher.add(3));
  await turn();
  expect(batches).toEqual([[1], [2, 3]]);
  await slow();
  all.push(batcher.add(4));
  await turn();
  expect(batches).toEqual([[1], [2, 3]]);
  for (const { open } of gates) open();
  expect(await Promise.all(all)).toEqual([1, 2, 3, 4]);
  expect(batches).toEqual([[1], [2, 3], [4]]);
});
