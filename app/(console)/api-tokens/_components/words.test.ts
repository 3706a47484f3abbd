import { expect, test } from "vitest";
import { apiTokenWords } from "./words.ts";

test.each([
  [0, 0, null],
  [1, 0, "1 API token that was made with it ends too."],
  [2, 0, "2 API tokens that were made with it end too."],
  [0, 1, "1 open invitation that was made with it ends too."],
  [0, 2, "2 open invitations that were made with it end too."],
  [1, 1, "1 API token and 1 open invitation that were made with it end too."],
  [1, 2, "1 API token and 2 open invitations that were made with it end too."],
  [2, 1, "2 API tokens and 1 open invitation that were made with it end too."],
  [3, 2, "3 API tokens and 2 open invitations that were made with it end too."],
])("with %d API tokens and %d invitations it says %s", (apiTokens, invitations, words) => {
  expect(apiTokenWords.goesWithIt({ apiTokens, invitations })).toBe(words);
});

test("one that went with another says with which", () => {
  const root = { id: "1", name: "os root2" };
  expect(apiTokenWords.revokedWith({ ...root, isMaker: true })).toBe(
    "It was revoked with the API token os root2, with which it was made.",
  );
  expect(apiTokenWords.revokedWith({ ...root, isMaker: false })).toBe(
    "It was revoked with the API token os root2, from which it descends.",
  );
});
