import type { Carrier, LoadJob } from "#bench/load/job.ts";
import type { Endpoints, OtherPeer, RunningSide } from "#bench/peers/peer.ts";
import type { Sides } from "./sides.ts";

export type Side = "ours" | "stock" | OtherPeer;
/** Something of each side; the other peers are not always there. */
export type BySide<T> = Record<"ours" | "stock", T> & Partial<Record<OtherPeer, T>>;

export const SCENARIOS = [
  "introspection",
  "verify",
  "issue_jwt",
  "code_exchange",
  "refresh",
  "revocation",
  "jwks",
] as const;
export type Scenario = (typeof SCENARIOS)[number];

export type Requests = Pick<LoadJob, "url" | "method" | "headers" | "body" | "expect"> & {
  /** Where what is sent comes from: a pool of tokens that is used again and again; fresh ones, or codes, that are used once; a refresh token for each connection. */
  tokens: { carrier: Carrier; source: "pool" | "fresh" | "codes" | "sign_ins" } | null;
};

const FORM = { "content-type": "application/x-www-form-urlencoded" };
const ACTIVE = { status: 200, text: '"active":true' };
const ISSUED = { status: 200, text: '"access_token":"' };
/** What a sign-in and each renewal give: a refresh token beside the access token. */
const RENEWABLE = { status: 200, text: '"refresh_token":"' };
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

/** The requests by which codes become tokens, or refresh tokens are renewed. */
export function exchangeRequests(
  { endpoints, signIns }: RunningSide,
  what: "code" | "refresh_token",
): Requests {
  return {
    url: endpoints.token,
    method: "POST",
    headers: { ...FORM, authorization: endpoints.webAuthorization },
    body: what === "code" ? signIns.codeForm : signIns.refreshForm,
    expect: RENEWABLE,
    tokens: { carrier: what, source: what === "code" ? "codes" : "sign_ins" },
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
    case "code_exchange":
      return exchangeRequests(sides.get(side), "code");
    case "refresh":
      return exchangeRequests(sides.get(side), "refresh_token");
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
