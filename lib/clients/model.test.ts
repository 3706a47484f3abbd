import { expect, test } from "vitest";
import { CLIENT_ID_PATTERN, clientIdFromName, resolveAccessTokenTtl } from "./model.ts";

const organisation = {
  accessTokenTtlSeconds: 3600,
  serviceTokenTtlSeconds: 600,
  accessTokenTtlMinSeconds: 300,
  accessTokenTtlMaxSeconds: 7200,
};

test.each([
  { kind: "web", own: null, seconds: 3600, source: "organisation", clampedBy: null },
  { kind: "service", own: null, seconds: 600, source: "organisation_service", clampedBy: null },
  { kind: "service", own: 900, seconds: 900, source: "client", clampedBy: null },
  { kind: "web", own: 300, seconds: 300, source: "client", clampedBy: null },
  { kind: "web", own: 7200, seconds: 7200, source: "client", clampedBy: null },
  { kind: "web", own: 60, seconds: 300, source: "client", clampedBy: "min" },
  { kind: "spa", own: 86_400, seconds: 7200, source: "client", clampedBy: "max" },
] as const)("a $kind client that asks for $own gets $seconds s by $source", ({ kind, own, ...effective }) => {
  expect(resolveAccessTokenTtl({ kind, accessTokenTtlSeconds: own }, organisation)).toEqual(effective);
});

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
