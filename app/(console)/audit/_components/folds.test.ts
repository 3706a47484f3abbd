import { expect, test } from "vitest";
import { openFolds, withFolds } from "./folds.ts";

test("what is open stands in the address alone, and addresses of the log keep it", () => {
  expect(openFolds(undefined)).toEqual([]);
  expect(openFolds(["places", "counts", "x"])).toEqual(["counts", "places"]);
  expect(withFolds("/audit", [])).toBe("/audit");
  expect(withFolds("/audit?at=within:1h", openFolds("counts"))).toBe("/audit?at=within:1h&unfold=counts");
});
