import { setTimeout as wait } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { countBy } from "./ask.ts";
import { verifySealed } from "./evidence.ts";
import { type Authority, type Instance, startInstance } from "./instance.ts";
import { outlive, postgresProcesses, signalAll } from "./postgres.ts";
import { openLoads, tell } from "./under-load.ts";

let instance: Instance;
let underLoad: Awaited<ReturnType<typeof openLoads>>;

beforeAll(async () => {
  instance = await startInstance({ authorities: 2, database: "own" });
  underLoad = await openLoads(instance);
});
afterAll(() => instance?.stop());

type Line = { level: number; reason?: string; leftOut?: number; err?: unknown; stack?: unknown };

/** While the database is away a log says so once a second, without a stack, and how often it did not say so: a long night fills no disk. */
function expectFewLines(authority: Authority, outageMs: number): void {
  const lines = authority.process
    .tail()
    .split("\n")
    .filter((line) => line.startsWith("{") && line.endsWith("}"))
    .map((line) => JSON.parse(line) as Line);
  const away = lines.filter((line) => line.reason !== undefined);
  // two outages came before this one, of some seconds each
  expect(away.length).toBeLessThan(outageMs / 1_000 + 20);
  expect(away.length).toBeGreaterThan(5);
  expect(away.reduce((sum, line) => sum + (line.leftOut ?? 0), 0)).toBeGreaterThan(away.length);
  expect(lines.filter((line) => line.err !== undefined || line.stack !== undefined)).toEqual([]);
}

describe("under load, the authorities recover by themselves and nothing that was answered is lost when", () => {
  test("PostgreSQL is killed with -9", async () => {
    const asked = await underLoad("postmaster", async () => {
      await outlive(instance, () => signalAll(postgresProcesses(instance).slice(0, 1), "SIGKILL"));
    });
    expect(asked.some((one) => one.status === 503)).toBe(true);
    tell("postmaster killed", asked);
  });

  test("a backend is killed with -9, and PostgreSQL restarts all others", async () => {
    const asked = await underLoad("backend", async () => {
      const [backend] = await instance.db.query<{ pid: number }>(
        "SELECT pid FROM pg_stat_activity WHERE application_name = 'tokenwarden authority' LIMIT 1",
      );
      await outlive(instance, () => signalAll([backend?.pid as number], "SIGKILL"));
    });
    tell("backend killed", asked);
  });

  test("PostgreSQL is frozen for longer than an answer may take", async () => {
    const asked = await underLoad("frozen", async (load) => {
      const pids = postgresProcesses(instance);
      const frozenAt = performance.now();
      signalAll(pids, "SIGSTOP");
      try {
        await wait(15_000);
      } finally {
        signalAll(pids, "SIGCONT");
      }
      // answered while it was frozen: 503, and from the sixth second on at once
      const during = load.asked.filter(
        (one) => one.startedAt > frozenAt + 200 && one.startedAt < frozenAt + 14_000,
      );
      expect(countBy(during, (one) => String(one.status))).toEqual({ "503": during.length });
      const late = during.filter((one) => one.startedAt > frozenAt + 6_000);
      expect(late.length).toBeGreaterThan(100);
      expect(Math.max(...late.map((one) => one.ms))).toBeLessThan(1_000);
      for (const authority of instance.authorities) expectFewLines(authority, performance.now() - frozenAt);
    });
    tell("frozen for 15 s", asked);
  });

  test("any of it happened: what was written since and before verifies whole", async () => {
    const { problems, uses } = await verifySealed(instance);
    expect(problems).toEqual([]);
    // three loads of some thousand uses
    expect(uses.rows).toBeGreaterThan(1_000);
    expect(uses.unsealed).toBe(0);
  });
});
