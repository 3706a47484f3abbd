import { expect, test } from "vitest";
import { createLanes } from "./lanes.ts";

test("what is light waits for no run of what is heavy, and what is heavy waits for its own", async () => {
  const batches: string[][] = [];
  let open: () => void = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  const lanes = createLanes<string, string>({
    maxBatch: 100,
    maxInFlight: 1,
    run: async (items) => {
      batches.push(items);
      if (items[0] === "heavy") await opened;
      return items.map((item) => `${item} done`);
    },
  });
  const heavy = [lanes.add("heavy", false)];
  await new Promise((resolve) => setImmediate(resolve));
  heavy.push(lanes.add("next", false));
  expect(await lanes.add("light", true)).toBe("light done");
  expect(batches).toEqual([["heavy"], ["light"]]);
  let isIdle = false;
  const idle = lanes.idle().then(() => {
    isIdle = true;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(isIdle).toBe(false);
  open();
  expect(await Promise.all(heavy)).toEqual(["heavy done", "next done"]);
  await idle;
  expect(batches).toEqual([["heavy"], ["light"], ["next"]]);
});
