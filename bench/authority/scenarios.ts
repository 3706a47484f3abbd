import type { LoadJob } from "#bench/load/job.ts";
import { basic, type Credentials } from "./credentials.ts";
import { RESOURCE, SCOPE, VERIFIER } from "./seed-registry.ts";

export const SIDES = ["ours", "stock"] as const;
export type Side = (typeof SIDES)[number];

export const SCENARIOS = ["introspection", "verify", "issue_jwt", "revocation", "jwks"] as const;
export type Scenario = (typeof SCENARIOS)[number];

export type Requests = Pick<LoadJob, "method" | "headers" | "body" | "expect"> & {
  path: string;
  /** Where the tokens come from: a pool that is used again and again, or fresh ones that are used once. */
  tokens: { carrier: "form" | "bearer"; source: "pool" | "fresh" } | null;
};

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const JWT_FORM = `grant_type=client_credentials&scope=${encodeURIComponent(SCOPE)}&resource=${encodeURIComponent(RESOURCE)}`;
const OPAQUE_FORM = `grant_type=client_credentials&scope=${encodeURIComponent(SCOPE)}`;
const ACTIVE = { status: 200, text: '"active":true' };
const ISSUED = { status: 200, text: '"access_token":"' };
const REVOKED = { status: 200, text: null };
const KEYS = { status: 200, text: '"keys":[' };

/** The requests by which each side gets its pool of tokens: ours JWTs, the peer's opaque, as it introspects no others. */
export function issueRequests(side: Side, credentials: Credentials, form: "jwt" | "opaque"): Requests {
  return {
    method: "POST",
    path: side === "ours" ? "/oauth/token" : "/token",
    headers: { ...FORM, authorization: basic(credentials.clientId, credentials.clientSecret) },
    body: form === "jwt" ? JWT_FORM : OPAQUE_FORM,
    expect: ISSUED,
    tokens: null,
  };
}

function introspectionRequests(side: Side, credentials: Credentials): Requests {
  const authorization =
    side === "ours"
      ? basic(VERIFIER, credentials.verifierSecret)
      : basic(credentials.clientId, credentials.clientSecret);
  return {
    method: "POST",
    path: side === "ours" ? "/oauth/introspect" : "/token/introspection",
    headers: { ...FORM, authorization },
    body: null,
    expect: ACTIVE,
    tokens: { carrier: "form", source: "pool" },
  };
}

/** Forward-auth as a gateway sends it; the peer has none, its introspection does that work. */
function verifyRequests(side: Side, credentials: Credentials): Requests {
  if (side === "stock") return introspectionRequests(side, credentials);
  return {
    method: "GET",
    path: "/verify",
    headers: {
      "x-tokenwarden-verifier": credentials.verifierSecret,
      "x-original-method": "GET",
      "x-original-uri": "/orders/4711",
      "x-forwarded-for": "203.0.113.7",
    },
    body: null,
    expect: { status: 200, text: null },
    tokens: { carrier: "bearer", source: "pool" },
  };
}

function revocationRequests(side: Side, credentials: Credentials): Requests {
  return {
    method: "POST",
    path: side === "ours" ? "/oauth/revoke" : "/token/revocation",
    headers: { ...FORM, authorization: basic(credentials.clientId, credentials.clientSecret) },
    body: null,
    expect: REVOKED,
    tokens: { carrier: "form", source: "fresh" },
  };
}

function jwksRequests(side: Side): Requests {
  return {
    method: "GET",
    path: side === "ours" ? "/oauth/jwks" : "/jwks",
    headers: {},
    body: null,
    expect: KEYS,
    tokens: null,
  };
}

export function requestsOf(scenario: Scenario, side: Side, credentials: Credentials): Requests {
  switch (scenario) {
    case "introspection":
      return introspectionRequests(side, credentials);
    case "verify":
      return verifyRequests(side, credentials);
    case "issue_jwt":
      return issueRequests(side, credentials, "jwt");
    case "revocation":
      return revocationRequests(side, credentials);
    case "jwks":
      return jwksRequests(side);
    default:
      return scenario satisfies never;
  }
}
