import { expect, test } from "vitest";
import type { TokenRow, TokenState } from "../tokens/model.ts";
import { standingOf } from "./evidence-standing.ts";

const of = (states: readonly TokenState[], { isCut = false, open = 0 } = {}) =>
  standingOf({ rows: states.map((state) => ({ state }) as TokenRow), isCut }, [{ open }], []);

test("a pack says of one token that it works, is suspended, or is refused for good", () => {
  expect(of(["active"])).toMatchObject({
    works: 1,
    says: ["The token still works: whoever holds it is let in."],
  });
  expect(of(["not_yet_valid"]).works).toBe(1);
  expect(of(["suspended"])).toMatchObject({ works: 0, suspended: 1 });
  expect(of(["suspended"]).says[0]).toMatch(/refused now, and works again when/);
  for (const state of ["revoked", "expired", "consumed"] as const)
    expect(of([state]).says).toEqual(["The token is refused now, and will not work again."]);
});

test("a pack says how many of its tokens work, are suspended, and that some were not looked at", () => {
  expect(of(["active", "active"]).says).toEqual(["All 2 tokens still work: whoever holds one is let in."]);
  expect(of(["active", "suspended", "revoked"]).says).toEqual([
    "1 of the 3 tokens still works: whoever holds one is let in.",
    "1 of them is refused only until a suspension is over or given back.",
  ]);
  expect(of(["suspended", "suspended"]).says).toEqual([
    "None of the 2 tokens works now. 2 of them are refused only until a suspension is over or given back.",
  ]);
  expect(of(["revoked", "expired"]).says).toEqual([
    "None of the 2 tokens works: each is refused, and will not work again.",
  ]);
  expect(of(["revoked", "expired"], { isCut: true }).says[0]).toContain("2 tokens that were looked at");
  expect(of([]).says).toEqual(["The case has no token that is on record."]);
});

test("a pack says where verifiers can still accept what was taken back", () => {
  expect(of(["revoked"], { open: 2 }).says).toEqual([
    "The token is refused now, and will not work again.",
    "Some verifiers can still accept what was taken back: under Orders, each with until when.",
  ]);
});
