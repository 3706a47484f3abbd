import { expect, test } from "vitest";
import { targetWords } from "./target-words.ts";

const ID = "01980c2e-5a51-7b62-9c3d-3f1f6a1c9b10";

test.each([
  ["token", "access token 01980c2e…9b10 of deploy-bot", "", "access token 01980c2e…9b10 of deploy-bot"],
  ["family", "family 01980c2e…9b10 of deploy-bot", "", "family 01980c2e…9b10 of deploy-bot"],
  ["family", ID, "family", "01980c2e…9b10"],
  ["all tokens of user", "ada@northwind.example", "all tokens of user", "ada@northwind.example"],
  ["client", "token-bot", "client", "token-bot"],
])("a target that is a %s named %s", (words, name, lead, shown) =>
  expect(targetWords(words, name)).toEqual({ lead, name: shown }),
);
