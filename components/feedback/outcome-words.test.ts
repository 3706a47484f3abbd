import { expect, test } from "vitest";
import { unavailable } from "#lib/errors.ts";
import { outcomeWords } from "./outcome-words.ts";

test("that nothing was changed is said once", () => {
  expect(outcomeWords("The name is taken.")).toBe("Nothing was changed.");
  expect(outcomeWords(unavailable(null).message)).toBe("");
  expect(outcomeWords("It would take more. Nothing was changed: look at the plan again.")).toBe("");
  expect(outcomeWords("The name is taken. Nothing was changed.", "It was sent.")).toBe("It was sent.");
  expect(outcomeWords("The name is taken.", "It was sent.")).toBe("It was sent.");
});
