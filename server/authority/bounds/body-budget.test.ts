import { expect, test } from "vitest";
import { BacklogFull } from "#lib/db/batcher.ts";
import { BodyBudget } from "./body-budget.ts";
import { Throttled } from "./throttled.ts";

test("a caller that has its bytes under way is refused until one of its requests is answered, and nobody else", () => {
  const budget = new BodyBudget({ total: 100, each: 40 });
  const release = budget.take("one", 30);
  expect(() => budget.take("one", 11)).toThrow(Throttled);
  budget.take("other", 40);
  release();
  // the answer, and then the end of its connection
  release();
  expect(budget.held).toBe(40);
  budget.take("one", 40);
});

test("what all callers have under way is bounded too: whoever comes then is told to come again", () => {
  const budget = new BodyBudget({ total: 100, each: 40 });
  const releases = ["one", "two"].map((caller) => budget.take(caller, 40));
  expect(() => budget.take("three", 21)).toThrow(BacklogFull);
  budget.take("three", 20);
  for (const release of releases) release();
  budget.take("three", 20);
  expect(budget.held).toBe(40);
});
