import { expect, test } from "vitest";
import { SharedValues } from "./shared-values.ts";

const fresh = (text: string) => Buffer.from(text).toString();

test("equal lists and records of many tokens are one, and unequal ones stay apart", () => {
  const shared = new SharedValues();
  expect(shared.list([fresh("a"), fresh("b")])).toBe(shared.list([fresh("a"), fresh("b")]));
  expect(shared.list([])).toBe(shared.list([]));
  expect(shared.list(["a,b"])).toEqual(["a,b"]);
  expect(shared.list(["a", "b"])).not.toBe(shared.list(["a,b"]));
  expect(shared.list(['a","b'])).not.toEqual(shared.list(["a", "b"]));
  expect(shared.record({ id: "a", claims: { tier: "gold" } })).toBe(
    shared.record({ id: "a", claims: { tier: "gold" } }),
  );
  expect(shared.record({ id: "a", claims: {} })).not.toBe(
    shared.record({ id: "a", claims: { tier: "gold" } }),
  );
  expect(shared.record({ id: null })).toEqual({ id: null });
  expect([shared.text(null), shared.text(fresh("x"))]).toEqual([null, "x"]);
});
