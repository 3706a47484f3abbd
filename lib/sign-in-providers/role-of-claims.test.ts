import { describe, expect, test } from "vitest";
import { claimOf, roleOfClaims } from "./role-of-claims.ts";

const rules = {
  roleClaim: "groups",
  roleRules: [
    { value: "tw-audit", role: "auditor" as const },
    { value: "tw-owners", role: "owner" as const },
  ],
  defaultRole: null,
};

describe("a role by claims", () => {
  test("is that of the first rule that matches, whatever else the person is", () => {
    expect(roleOfClaims({ groups: ["tw-owners"] }, rules)).toBe("owner");
    expect(roleOfClaims({ groups: ["tw-owners", "tw-audit"] }, rules)).toBe("auditor");
  });

  test("is none without a match, and the default where one is set", () => {
    expect(roleOfClaims({ groups: ["else"] }, rules)).toBeNull();
    expect(roleOfClaims({}, rules)).toBeNull();
    expect(roleOfClaims({}, { ...rules, defaultRole: "responder" })).toBe("responder");
  });

  test.each([
    ["another case", ["TW-owners"]],
    ["a space at its end", ["tw-owners "]],
    ["a look-alike letter", ["tw-оwners"]],
    ["a text that holds it", "tw-owners,others"],
    ["an object", { value: "tw-owners" }],
    ["a list in a list", [["tw-owners"]]],
    ["a number", 1],
  ])("is none for %s", (_name, groups) => {
    expect(roleOfClaims({ groups }, rules)).toBeNull();
  });

  test("is found by a claim that is one text, by a name with dots, and inside of objects", () => {
    expect(roleOfClaims({ groups: "tw-owners" }, rules)).toBe("owner");
    expect(claimOf({ "https://x.example/roles": ["a"] }, "https://x.example/roles")).toEqual(["a"]);
    expect(claimOf({ realm_access: { roles: ["a"] } }, "realm_access.roles")).toEqual(["a"]);
  });

  test.each(["__proto__", "constructor", "toString", "a.__proto__", "a.constructor.name"])(
    "is not found at %s, which every object has",
    (name) => expect(claimOf({ a: {} }, name)).toBeUndefined(),
  );
});
