import { expect, test } from "vitest";
import { testNeeds } from "./test-needs.ts";

test("what a test needs and is not there fails it in CI with a sentence, and leaves it out elsewhere", () => {
  expect(() => testNeeds(false, "The console is not built.", { CI: "true" } as never)).toThrow(
    "The console is not built. With CI=true its tests may not be left out.",
  );
  expect(testNeeds(false, "The console is not built.", {} as never)).toBe(false);
  expect(testNeeds(true, "The console is not built.", { CI: "true" } as never)).toBe(true);
});
