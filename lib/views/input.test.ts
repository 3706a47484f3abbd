import { describe, expect, test } from "vitest";
import { saveViewInput } from "./input.ts";

const parse = (given: object) => saveViewInput.safeParse({ list: "tokens", name: "A", ...given });

describe("a view that is to be saved", () => {
  test("is one's own, of all rows, with columns as they are, unless it says otherwise", () => {
    expect(parse({}).data).toEqual({
      list: "tokens",
      name: "A",
      query: "",
      hiddenColumns: null,
      isShared: false,
    });
  });

  test.each([
    ["no name", { name: " " }],
    ["a name that is too long", { name: "x".repeat(61) }],
    ["a name that turns its line round", { name: "\u202egnp" }],
    ["filters longer than an address", { query: "q=".padEnd(5_000, "x") }],
    ["a column that is none", { hiddenColumns: ["<script>"] }],
    ["more columns than any list has", { hiddenColumns: Array.from({ length: 51 }, (_, n) => `c${n}`) }],
    ["a list that is none", { list: "admins" }],
    ["another one's name on it", { ownerId: "somebody" }],
  ])("is refused with %s", (_what, given) => {
    expect(parse(given).success).toBe(false);
  });
});
