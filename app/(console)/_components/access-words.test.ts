import { expect, test } from "vitest";
import { isEachTime } from "#lib/access/where-words.ts";
import { obstacleWords } from "./access-words.ts";

test("what is asked for each time is not said to hold for a while", () => {
  const where = "each time, for this very approval";
  expect([isEachTime(where), isEachTime("`owner` is given"), isEachTime(null)]).toEqual([true, false, false]);
  const step = { kind: "step_up", of: "approvals", shutsOut: false } as const;
  expect(obstacleWords({ ...step, where }).means).toBe(
    "They show again who they are, each time, for this very approval.",
  );
  expect(obstacleWords({ ...step, where: null }).means).toContain("It holds for ten minutes.");
});
