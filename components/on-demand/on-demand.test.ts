import { expect, test } from "vitest";
import { onDemand } from "./on-demand.ts";

test("comes once, however often and however soon it is asked for", async () => {
  let times = 0;
  const one = onDemand(async () => {
    times += 1;
    return { times };
  });
  expect(one.loaded).toBeNull();
  const [first, second] = await Promise.all([one.load(), one.load()]);
  expect(first).toBe(second);
  expect(await one.load()).toBe(first);
  expect([times, one.loaded]).toEqual([1, first]);
});

test("what could not be had is asked for again", async () => {
  let isThere = false;
  const one = onDemand(async () => {
    if (!isThere) throw new Error("the network is gone");
    return "here";
  });
  await expect(one.load()).rejects.toThrow("the network is gone");
  expect(one.loaded).toBeNull();
  isThere = true;
  expect(await one.load()).toBe("here");
  expect(one.loaded).toBe("here");
});
