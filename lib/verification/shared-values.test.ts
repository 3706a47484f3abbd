import { expect, test } from "vitest";
import { SharedValues } from "./shared-values.ts";

const fresh = (text: string) => Buffer.from(text).toString();

test("equal lists and claims of many tokens are one, and unequal ones stay apart", () => {
  const shared = new SharedValues();
  expect(shared.list([fresh("a"), fresh("b")])).toBe(shared.list([fresh("a"), fresh("b")]));
  expect(shared.list([])).toBe(shared.list([]));
  expect(shared.list(["a,b"])).toEqual(["a,b"]);
  expect(shared.list(["a", "b"])).not.toBe(shared.list(["a,b"]));
  expect(shared.list(['a","b'])).not.toEqual(shared.list(["a", "b"]));
  expect(shared.claims({})).toBe(shared.claims({}));
  expect(shared.claims({ tier: "gold" })).toEqual({ tier: "gold" });
  expect([shared.text(null), shared.text(fresh("x"))]).toEqual([null, "x"]);
});
