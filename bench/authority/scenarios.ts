import type { LoadJob } from "#bench/load/job.ts";
import type { Endpoints, OtherPeer } from "#bench/peers/peer.ts";
import type { Sides } from "./sides.ts";

export type Side = "ours" | "stock" | OtherPeer;
/** Something of each side; the other peers are not always there. */
export type BySide<T> = Record<"ours" | "stock", T> & Partial<Record<OtherPeer, T>>;

export const SCENARIOS = ["introspection", "verify", "issue_jwt", "revocation", "jwks"] as const;
export type Scenario = (typeof SCENARIOS)[number];

export type Requests = Pick<LoadJob, "url" | "method" | "headers" | "body" | "expect"> & {
  /** Where the tokens come from: a pool that is used again and again, or fresh ones that are used once. */
  tokens: { carrier: "form" | "bearer"; source: "pool" | "fresh" } | null;
};

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const ACTIVE = { status: 200, text: '"active":true' };
const ISSUED = { status: 200, text: '"access_token":"' };
const REVOKED = { status: 200, text: null };
const KEYS = { status: 200, text: '"keys":[' };

/** The requests by which a side hands out tokens: JWTs, or those that it introspects and revokes. */
export function issueRequests(endpoints: Endpoints, what: "jwt" | "used"): Requests {
  return {
    url: endpoints.token,
    method: "POST",
    headers: { ...FORM, authorization: endpoints.clientAuthorization },
    body: what === "jwt" ? endpoints.jwtForm : endpoints.usedForm,
    expect: ISSUED,
    tokens: null,
  };
}

function introspectionRequests({ introspection, introspectionAuthorization }: Endpoints): Requests {
  return {
    url: introspection,
    method: "POST",
    headers:
      introspectionAuthorization === null ? FORM : { ...FORM, authorization: introspectionAuthorization },
    body: null,
    expect: ACTIVE,
    tokens: { carrier: "form", source: "pool" },
  };
}

/** Forward-auth as a gateway sends it. */
function verifyRequests({ ours, credentials }: Sides): Requests {
  return {
    url: ours.verifyUrl,
    method: "GET",
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

function revocationRequests({ revocation, clientAuthorization }: Endpoints): Requests {
  return {
    url: revocation,
    method: "POST",
    headers: { ...FORM, authorization: clientAuthorization },
    body: null,
    expect: REVOKED,
    tokens: { carrier: "form", source: "fresh" },
  };
}

function jwksRequests({ jwks }: Endpoints): Requests {
  return { url: jwks, method: "GET", headers: {}, body: null, expect: KEYS, tokens: null };
}

export function requestsOf(scenario: Scenario, side: Side, sides: Sides): Requests {
  const { endpoints } = sides.get(side);
  switch (scenario) {
    case "introspection":
      return introspectionRequests(endpoints);
    case "verify":
      // no peer has it: its introspection does that work
      return side === "ours" ? verifyRequests(sides) : introspectionRequests(endpoints);
    case "issue_jwt":
      return issueRequests(endpoints, "jwt");
    case "revocation":
      return revocationRequests(endpoints);
    case "jwks":
      return jwksRequests(endpoints);
    default:
      return scenario satisfies never;
  }
}

/** Who does a work: the other peers' introspection is measured once, not once more beside `/verify`. */
export function sidesOf(scenario: Scenario, sides: Sides): Side[] {
  return scenario === "verify" ? ["ours", "stock"] : sides.names;
}
