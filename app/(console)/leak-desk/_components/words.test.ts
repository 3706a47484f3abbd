import { expect, test } from "vitest";
import { OWN_SECRET_ENDS, OWN_SECRET_KINDS } from "#lib/scanners/model.ts";
import { FOUND_WORDS, leakWords } from "./words.ts";

test("what leaked of this product is said to be ended, and never only rotated: an overlap leaves it working", () => {
  expect(OWN_SECRET_KINDS.map((kind) => leakWords.endOwn(OWN_SECRET_ENDS[kind]))).toEqual([
    "Revoke it on its page",
    "End it on its page",
    "End it on its page",
  ]);
});

test("what is refused for now is said to wait for each that may let it in again", () => {
  for (const one of ["restored", "suspension", "client", "verifier", "scanner", "whoever made it"])
    expect(FOUND_WORDS.suspended.means).toContain(one);
});
