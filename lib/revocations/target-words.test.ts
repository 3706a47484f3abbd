import { expect, test } from "vitest";
import { actTargetWords, orderLine, targetWords } from "./target-words.ts";

const ID = "01980c2e-5a51-7b62-9c3d-3f1f6a1c9b10";

test.each([
  ["token", "access token 01980c2e…9b10 of deploy-bot", "", "access token 01980c2e…9b10 of deploy-bot"],
  ["family", "family 01980c2e…9b10 of deploy-bot", "", "family 01980c2e…9b10 of deploy-bot"],
  ["family", ID, "family", "01980c2e…9b10"],
  ["user", "ada@northwind.example", "all tokens of user", "ada@northwind.example"],
  ["client", "token-bot", "all tokens of client", "token-bot"],
  ["signing_key", "key-1", "tokens signed by key", "key-1"],
  ["everything", "*", "", "every token"],
  ["of_tomorrow", "x", "of tomorrow", "x"],
])("a target that is a %s named %s", (kind, name, lead, shown) =>
  expect(targetWords({ kind, name })).toEqual({ lead, name: shown }),
);

test("an order is told in one line", () => {
  expect(orderLine({ verb: "revoke", target: { kind: "client", name: "token-bot" } })).toBe(
    "Revoked all tokens of client token-bot",
  );
  expect(orderLine({ verb: "suspend", target: { kind: "everything", name: "*" } })).toBe(
    "Suspended every token",
  );
});

test.each([
  ["revoke", "scheduled", "To revoke every token"],
  ["suspend", "cancelled", "Was to suspend every token"],
  ["revoke", "cancelled", "Was to revoke every token"],
  ["suspend", "restored", "Had suspended every token"],
  ["suspend", "over", "Had suspended every token"],
  ["cancel", "in_force", "Called off every token"],
] as const)("a %s that is %s is told as what it is now", (verb, standing, line) =>
  expect(orderLine({ verb, standing, target: { kind: "everything", name: "*" } })).toBe(line),
);

test.each([
  ["client.tokens_revoked", "client", "token-bot", "all tokens of client"],
  ["token.revoked", "token", ID, "token"],
  ["revocation.repeated", "user", "ada@northwind.example", "all tokens of user"],
  ["client.updated", "client", "token-bot", ""],
  ["api_token.revoked", "api_token", "ci", ""],
])("an act %s upon a %s is told as its order is, where it placed one", (act, kind, name, lead) =>
  expect(actTargetWords({ act, target: { kind, name } }).lead).toBe(lead),
);
