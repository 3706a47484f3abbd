import { VerifierError } from "./errors.ts";
import type { Subject } from "./fact-book.ts";

/** A token that is good. Ids and names as the token has them. */
export type VerifiedToken = {
  /** Its jti. */
  id: string;
  format: "jwt" | "opaque";
  /** `sub`: a user's id, or the client's for a service. */
  subject: string;
  /** Null for a service's token. */
  userId: string | null;
  clientId: string;
  permissions: string[];
  groups: string[];
  roles: string[];
  audiences: string[];
  /** The sign-in that it comes from, where there is one. */
  sessionId: string | null;
  issuedAt: Date;
  expiresAt: Date;
  /** Everything that it says. */
  claims: Record<string, unknown>;
  /** Accepted although the authority's last word is older than is allowed: lenient mode alone does that. */
  isStale: boolean;
};

function textIn(claims: Record<string, unknown>, name: string): string {
  const value = claims[name];
  if (typeof value !== "string" || value === "" || value.length > 1_024)
    throw new VerifierError("malformed", `The token has no ${name}.`);
  return value;
}

function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === "string") : [];
}

function secondsIn(claims: Record<string, unknown>, name: string): number {
  const value = claims[name];
  if (typeof value !== "number" || !Number.isFinite(value))
    throw new VerifierError("malformed", `The token has no ${name}.`);
  return value;
}

/** What checked claims say, typed. @throws {VerifierError} `malformed` where a claim of RFC 9068 section 2.2 is missing. */
export function tokenOf(claims: Record<string, unknown>, format: "jwt" | "opaque"): VerifiedToken {
  const subject = textIn(claims, "sub");
  const clientId = textIn(claims, "client_id");
  return {
    id: textIn(claims, "jti"),
    format,
    subject,
    userId: subject === clientId ? null : subject,
    clientId,
    permissions:
      typeof claims.scope === "string" ? claims.scope.split(" ").filter((name) => name !== "") : [],
    groups: namesIn(claims.groups),
    roles: namesIn(claims.roles),
    audiences: typeof claims.aud === "string" ? [claims.aud] : namesIn(claims.aud),
    sessionId: typeof claims.sid === "string" ? claims.sid : null,
    issuedAt: new Date(secondsIn(claims, "iat") * 1_000),
    expiresAt: new Date(secondsIn(claims, "exp") * 1_000),
    claims,
    isStale: false,
  };
}

/** What orders look at. A token that does not say when it was rooted is reached by every cutoff. */
export function subjectOf(token: VerifiedToken, signingKey: string | null): Subject {
  const { claims } = token;
  return {
    id: token.id,
    family: typeof claims.family === "string" ? claims.family : token.id,
    session: token.sessionId,
    user: token.userId,
    client: token.clientId,
    permissions: token.permissions,
    groups: token.groups,
    audiences: token.audiences,
    signingKey,
    rootedAt: typeof claims.rooted_at === "number" ? claims.rooted_at : 0,
  };
}
