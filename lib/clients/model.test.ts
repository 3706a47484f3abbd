import { expect, test } from "vitest";
import { CLIENT_ID_PATTERN, clientIdFromName } from "./model.ts";

test.each([
  ["Billing API", "billing-api"],
  ["Café Été", "cafe-ete"],
  ["  --x--  ", "client-x"],
  ["日本", "client-new"],
  ["a".repeat(200), "a".repeat(60)],
])("makes a client ID of %s", (name, clientId) => {
  expect(clientIdFromName(name)).toBe(clientId);
  expect(clientId).toMatch(CLIENT_ID_PATTERN);
});
