import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countBy } from "./ask.ts";
import { eventually, type Instance, startInstance } from "./instance.ts";
import type { Load } from "./load.ts";
import { startPostgres, stopPostgres } from "./postgres.ts";
import { isGood, openLoads, tell } from "./under-load.ts";

const AWAY_MS = 8_000;
/** An answer that was given before the server ended may arrive after we hear of its end. */
const ON_THE_WAY_MS = 200;

let instance: Instance;
let underLoad: Awaited<ReturnType<typeof openLoads>>;

beforeAll(async () => {
  instance = await startInstance({ authorities: 2, database: "operated" });
  underLoad = await openLoads(instance);
});
afterAll(() => instance?.stop());

/** Looks on while the server is down, and starts it again. */
async function stayAway({ asked }: Load): Promise<void> {
  const stoppedAt = performance.now() + ON_THE_WAY_MS;
  await wait(AWAY_MS);
  const during = asked.filter((one) => one.startedAt > stoppedAt);
  const before = performance.now();
  await startPostgres(instance);
  expect(during.length).toBeGreaterThan(100);
  expect(countBy(during, (one) => String(one.status))).toEqual({ "503": during.length });
  for (const { url } of instance.authorities) {
    const look = async () => ((await fetch(`${url}/readyz`)).status === 200 ? true : undefined);
    await eventually(look, 15_000);
  }
  console.info(`ready again ${Math.round(performance.now() - before)} ms after the server was told to start`);
}

/** Every authority is the process that it was. */
function expectSameProcesses(pids: number[]): void {
  expect(instance.authorities.map((one) => one.process.isAlive)).toEqual([true, true]);
  expect(instance.authorities.map((one) => one.process.pid)).toEqual(pids);
}

describe("a database that its operator stops under load", () => {
  test("fast: nothing is answered but 503 until it is back, and then all is well without a restart", async () => {
    const pids = instance.authorities.map((one) => one.process.pid);
    const asked = await underLoad("fast", async (load) => {
      expect(await stopPostgres(instance, "fast")).toBe(true);
      await stayAway(load);
    });
    expectSameProcesses(pids);
    tell("stopped fast", asked);
  });

  test("smart: what is connected goes on and is on record; when the operator loses patience it is 503 until it is back", async () => {
    const pids = instance.authorities.map((one) => one.process.pid);
    const asked = await underLoad("smart", async (load) => {
      const from = performance.now();
      // it waits for whoever is connected, and lets nobody else in
      expect(await stopPostgres(instance, "smart", 4)).toBe(false);
      const during = load.asked.filter((one) => one.startedAt > from);
      expect(during.filter(isGood).length).toBeGreaterThan(100);
      expect(await stopPostgres(instance, "fast")).toBe(true);
      await stayAway(load);
    });
    expectSameProcesses(pids);
    tell("stopped smart, then fast", asked);
  });
});
