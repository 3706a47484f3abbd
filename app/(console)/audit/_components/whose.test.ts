import { expect, test } from "vitest";
import { ADMINS_ALONE, ANYONE, switchedOf } from "./whose.ts";

test("the switch says what it has set, and nothing of actors that somebody filters by", () => {
  expect(switchedOf({ by: ["admin", "api_token"] })).toBe(ADMINS_ALONE);
  expect(switchedOf({ by: ["anyone"] })).toBe(ANYONE);
  expect(switchedOf({ act: ["user.created"] })).toBe(ANYONE);
  expect(switchedOf({ by: ["user"] })).toBeNull();
  expect(switchedOf({ notBy: ["system"] })).toBeNull();
});
