import { describe, expect, test } from "vitest";
import { DatabaseClock } from "./database-clock.ts";

const START = Date.parse("2026-11-30T12:00:00Z");
const YEARS_MS = 1_461 * 86_400_000;

/** A process and its database, each with the clocks that it has; what passes, passes for all of them. */
function world() {
  const clocks = { database: START, wall: START, steady: 5_000 };
  const looks: number[] = [];
  const apart: number[] = [];
  let isAway = false;
  const way = { ms: 0, backMs: null as number | null };
  const pass = (ms: number) => {
    clocks.database += ms;
    clocks.wall += ms;
    clocks.steady += ms;
  };
  const clock = new DatabaseClock({
    read: async () => {
      looks.push(clocks.steady);
      pass(way.ms);
      if (isAway) throw new Error("the database is away");
      const told = new Date(clocks.database);
      pass(way.backMs ?? way.ms);
      return told;
    },
    onApart: (ms) => apart.push(ms),
    steady: () => clocks.steady,
    wall: () => clocks.wall,
  });
  return {
    clocks,
    looks,
    apart,
    /** How long a question, and its answer, is on its way. */
    way,
    pass,
    goAway: (away: boolean) => {
      isAway = away;
    },
    /** How far what it tells is from the database's time, in milliseconds. */
    async error(): Promise<number> {
      return (await clock.now()).getTime() - clocks.database;
    },
    clock,
  };
}

describe("the time of a process that shares a database", () => {
  test.each([
    ["ahead", YEARS_MS],
    ["behind", -YEARS_MS],
  ])(
    "is the database's where the machine is %s by years from the start, and that is told at each look",
    async (_, ms) => {
      const { clocks, error, apart, pass } = world();
      clocks.wall += ms;
      expect(await error()).toBe(0);
      expect(apart).toEqual([ms]);
      pass(70_000);
      expect(await error()).toBe(0);
      expect(apart).toEqual([ms, ms]);
    },
  );

  test("goes on where the machine's clock jumps meanwhile, and that is told at once", async () => {
    const { clocks, error, apart } = world();
    expect(await error()).toBe(0);
    expect(apart).toEqual([]);
    clocks.wall += 3 * 3_600_000;
    expect(await error()).toBe(0);
    expect(apart).toEqual([3 * 3_600_000]);
  });

  test("follows where the database's clock is put right, within a minute without anybody's call", async () => {
    const { clocks, error, pass } = world();
    await error();
    clocks.database -= 120_000;
    pass(11_000);
    expect(await error(), "the look is made beside").toBe(120_000);
    expect(await error()).toBe(0);
  });

  test("is right at once after the machine slept", async () => {
    const { clocks, error, pass } = world();
    await error();
    pass(1_000);
    clocks.database += 3_600_000;
    clocks.wall += 3_600_000;
    expect(await error()).toBe(0);
  });

  test("is right where the database is a second away", async () => {
    const { error, way, apart } = world();
    way.ms = 500;
    expect(await error()).toBe(0);
    expect(apart).toEqual([]);
  });

  test("is the machine's to the millisecond where that agrees, however long a question waits for its turn", async () => {
    const { error, way, pass } = world();
    for (const [ms, backMs] of [
      [0, 0],
      [2_000, 1],
      [1, 2_000],
    ] as const) {
      Object.assign(way, { ms, backMs });
      pass(70_000);
      expect(await error()).toBe(0);
    }
  });

  test("stays as it is where the machine is wrong and an answer that was long on its way says nothing better", async () => {
    const { clocks, error, way, pass } = world();
    clocks.wall += YEARS_MS;
    expect(await error()).toBe(0);
    Object.assign(way, { ms: 2_000, backMs: 1 });
    pass(70_000);
    expect(await error()).toBe(0);
  });

  test("costs one question for many who want to know, and another in ten seconds at the earliest", async () => {
    const { clock, looks, pass } = world();
    await Promise.all(Array.from({ length: 50 }, () => clock.now()));
    pass(9_000);
    await clock.now();
    expect(looks).toHaveLength(1);
    pass(2_000);
    await Promise.all(Array.from({ length: 50 }, () => clock.now()));
    expect(looks).toHaveLength(2);
  });

  test("goes on from the last look while the database does not answer, whatever the machine says", async () => {
    const { clocks, error, pass, goAway } = world();
    await error();
    goAway(true);
    pass(600_000);
    clocks.wall += YEARS_MS;
    expect(await error()).toBe(0);
    goAway(false);
    expect(await error()).toBe(0);
  });

  test("is the machine's where the database never answered", async () => {
    const { clock, goAway } = world();
    goAway(true);
    expect((await clock.now()).getTime()).toBe(START);
  });
});
