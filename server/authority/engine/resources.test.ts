import { describe, expect, it } from "vitest";
import { NO_LIFETIMES } from "#lib/lifetimes/model.ts";
import type { RegistryClient } from "#lib/registry/snapshot.ts";
import { coveredIndicators, defaultResourceOf, findResource } from "./resources.ts";

const client: RegistryClient = {
  id: "019aa7d1-5c00-7a3b-9d44-0123456789ab",
  clientId: "app #1",
  name: "App",
  kind: "web",
  isConfidential: true,
  tokenFormat: "jwt",
  grantTypes: [],
  redirectUris: [],
  postLogoutRedirectUris: [],
  ...NO_LIFETIMES,
  isSenderConstrained: false,
  customClaims: {},
  requireConsent: true,
  isDisabled: false,
  pendingEndedAtMs: null,
  authMethod: "client_secret",
  jwksUri: null,
  jwks: null,
  requireDpop: false,
  requirePar: false,
  secrets: [],
  audiences: [
    { name: "billing", resourceUri: "https://billing.example.com/", accessTokenTtlMaxSeconds: null },
    { name: "ledger", resourceUri: "https://ledger.example.com/", accessTokenTtlMaxSeconds: null },
  ],
  permissions: [
    { name: "invoices:read", audience: "billing" },
    { name: "ledger:read", audience: "ledger" },
    { name: "left:over", audience: "elsewhere" },
  ],
  groups: [],
};

describe("a resource indicator", () => {
  it("stands for all audiences of a client that names none, and is a URI whatever the client is called", () => {
    const indicator = defaultResourceOf(client.clientId);
    expect(URL.parse(indicator)?.hash).toBe("");
    expect(findResource(client, indicator)).toEqual({
      audiences: ["billing", "ledger"],
      permissions: ["invoices:read", "ledger:read"],
    });
  });

  it("stands for one audience by its URI, and for nothing of another client", () => {
    expect(findResource(client, "https://ledger.example.com/")).toEqual({
      audiences: ["ledger"],
      permissions: ["ledger:read"],
    });
    for (const other of [
      "https://ledger.example.com",
      "https://elsewhere.example.com/",
      defaultResourceOf("other"),
      "billing",
    ])
      expect(findResource(client, other), other).toBeNull();
  });

  it("of all audiences covers each of them, and not the other way round", () => {
    expect(coveredIndicators(client, defaultResourceOf(client.clientId))).toHaveLength(3);
    expect(coveredIndicators(client, "https://ledger.example.com/")).toEqual(["https://ledger.example.com/"]);
  });
});
