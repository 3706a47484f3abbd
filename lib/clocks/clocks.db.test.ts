import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { systemContext } from "../context.ts";
import { isClockBehind, makeCheckpoint } from "../seals/make-checkpoint.ts";
import { type Evidence, openEvidence, type TestWriter } from "../seals/test-evidence.ts";
import { findClockFault, HELD_DAYS } from "./find-clock-fault.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const YEARS_MS = 1_461 * DAY_MS;

let evidence: Evidence;
let one: TestWriter;
beforeEach(async () => {
  evidence = await openEvidence();
  one = await evidence.newWriter();
});
afterEach(() => evidence.end());

const from = (ms: number) => new Date(Date.now() + ms);
const fault = () => findClockFault(evidence.db);

describe("a clock", () => {
  test("that goes with what is on record is right, before the first checkpoint too", async () => {
    expect(await fault()).toBeNull();
    for (const minutes of [3, 2, 1]) await evidence.checkpoint(from(-minutes * 60_000));
    expect(await fault()).toBeNull();
  });

  test("that went on by four years is told, and nothing leaves for a week, before anything is signed of the new time and after", async () => {
    await evidence.checkpoint(from(-YEARS_MS - 60_000));
    await evidence.checkpoint(from(-YEARS_MS));
    const before = await fault();
    expect(before?.title).toBe("went on by 1461 days at once");
    await evidence.checkpoint();
    await evidence.checkpoint(from(1));
    const after = await fault();
    expect(after?.title).toBe("went on by 1461 days at once");
    const heldMs = (after?.heldUntil?.getTime() ?? 0) - Date.now();
    expect(heldMs).toBeGreaterThan((HELD_DAYS - 1) * DAY_MS);
    expect(heldMs).toBeLessThanOrEqual(HELD_DAYS * DAY_MS);
  });

  test("that went on longer ago than that, and has gone since, is taken as it is", async () => {
    await evidence.checkpoint(from(-YEARS_MS));
    for (let hours = (HELD_DAYS * 24 + 12) | 0; hours > 0; hours -= 20)
      await evidence.checkpoint(from(-hours * HOUR_MS));
    expect(await fault()).toBeNull();
  });

  test("that is before what was signed is told, and holds nothing", async () => {
    await evidence.checkpoint();
    await evidence.checkpoint(from(YEARS_MS));
    expect(await fault()).toMatchObject({ title: "is before what is on record", heldUntil: null });
  });

  test.each([
    ["ahead of", YEARS_MS],
    ["behind", -YEARS_MS],
  ])("of a worker's machine that is %s the database's by years is told", async (where, ms) => {
    await evidence.checkpoint();
    expect(await findClockFault(evidence.db, Date.now() + ms)).toMatchObject({
      title: `of a worker is ${where} the database's`,
      heldUntil: null,
    });
  });
});

test("once the clock went back, checkpoints go on and cover what was sealed since before it went on", async () => {
  await one.write(2);
  await one.sealer.seal();
  await evidence.checkpoint();
  await evidence.checkpoint(from(YEARS_MS));
  await one.write(3);
  await one.sealer.seal();
  const now = new Date();
  expect(await isClockBehind(evidence.db, now)).toBe(true);
  expect(await makeCheckpoint(systemContext(evidence.db, "worker", now), evidence.wrapper)).toBe(3n);
  const found = await evidence.verify({ held: await evidence.jws() });
  expect(found.problems).toEqual([]);
  expect(found.uses).toMatchObject({ rows: 5, seals: 2, uncovered: 0 });
});
