import { expect, test } from "vitest";
import { safePath } from "./safe-path.ts";

test("keeps a path of this console with its query", () => {
  expect(safePath("/tokens?state=active#row")).toBe("/tokens?state=active#row");
});

test.each([
  undefined,
  ["/tokens"],
  "",
  "tokens",
  "https://evil.example/",
  "//evil.example/",
  "/\\evil.example/",
  "/\t/evil.example/",
  "/.//evil.example/",
  "/x/..//evil.example/",
  "javascript:alert(1)",
  "/api/v1/tokens",
  "/sign-in?next=/tokens",
  `/${"a".repeat(3_000)}`,
])("goes to the overview for %j", (value) => {
  expect(safePath(value)).toBe("/");
});
