import { expect, test } from "vitest";
import { actCountWords } from "./leaked-model.ts";

test("counts of acts say to what they stand, and where not all were looked at that there are more", () => {
  const counts = { before: 0, during: 4_711, after: 1 };
  expect(actCountWords({ counts, isExact: true })).toBe(
    "0 before the window of the case, 4,711 in it, 1 after the API token had ended",
  );
  expect(actCountWords({ counts, isExact: false })).toBe(
    "0+ before the window of the case, 4,711+ in it, 1+ after the API token had ended",
  );
});
