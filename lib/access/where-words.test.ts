import { expect, test } from "vitest";
import { whereWords } from "./where-words.ts";

test.each([
  [null, ""],
  ["each time, for this very approval", "each time, for this very approval"],
  [
    "the plan revokes the tokens of more users than one, or more than 100; `keys` where its target is a signing key",
    "where the plan revokes the tokens of more users than one, or more than 100, and where its target is a signing key (Signing keys)",
  ],
  [
    "how long people stay signed in changes; `bulk` where shortening lifetimes ends more than 100 tokens",
    "where how long people stay signed in changes, and where shortening lifetimes ends more than 100 tokens (Wide revocations)",
  ],
])("says when somebody is asked again without a word of the API: %s", (where, says) => {
  expect(whereWords(where)).toBe(says);
});
