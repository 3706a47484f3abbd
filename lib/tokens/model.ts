import type { Journey } from "../propagation/model.ts";
import type { CheckWay, VerifierMode } from "../verifiers/model.ts";

/** What a token is, for every layer; browser-safe. */
export const TOKEN_KINDS = ["access", "refresh"] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];
export const TOKEN_FORMATS = ["jwt", "opaque"] as const;
export type TokenFormat = (typeof TOKEN_FORMATS)[number];
export const TOKEN_STATES = [
  "active",
  "suspended",
  "revoked",
  "consumed",
  "expired",
  "not_yet_valid",
] as const;
export type TokenState = (typeof TOKEN_STATES)[number];

export const TOKEN_STATE_WORDS: Record<TokenState, { name: string; means: string }> = {
  active: { name: "Active", means: "It works now." },
  suspended: { name: "Suspended", means: "Refused until it is restored or the suspension ends." },
  revoked: { name: "Revoked", means: "Taken back, for ever." },
  consumed: { name: "Consumed", means: "This refresh token was exchanged for a new one and works no more." },
  expired: { name: "Expired", means: "Its lifetime is over." },
  not_yet_valid: { name: "Not yet valid", means: "Its lifetime has not begun." },
};

/**
 * A token's state at an instant, in one place. What is final comes first: revoked always wins, then consumed, then expired;
 * suspended can still pass. Its SQL twin is `token_state`; a property test holds the two together.
 */
export function tokenState(token: {
  now: Date;
  notBefore: Date;
  expiresAt: Date;
  isRevoked: boolean;
  isSuspended: boolean;
  /** A refresh token that was exchanged. */
  isConsumed?: boolean;
}): TokenState {
  if (token.isRevoked) return "revoked";
  if (token.isConsumed) return "consumed";
  if (token.expiresAt.getTime() <= token.now.getTime()) return "expired";
  if (token.isSuspended) return "suspended";
  return token.notBefore.getTime() > token.now.getTime() ? "not_yet_valid" : "active";
}

/** Scope values of OpenID Connect and OAuth themselves: they open nothing at an audience. */
export const PROTOCOL_SCOPES: ReadonlySet<string> = new Set(["openid", "profile", "email", "offline_access"]);

/** One row of the Tokens table. Times are ISO 8601 in UTC. */
export type TokenRow = {
  id: string;
  kind: TokenKind;
  format: TokenFormat;
  state: TokenState;
  subject: string;
  /** Null for a service. */
  user: { id: string; email: string; name: string; isDisabled: boolean } | null;
  /** A disabled client's tokens are refused whatever their state. */
  client: { id: string; clientId: string; name: string; isDisabled: boolean };
  permissions: string[];
  groups: string[];
  audiences: string[];
  /** The country of the address that it was issued to, ISO 3166-1 alpha-2, as known at issue; null where it was not. */
  issuingCountry: string | null;
  issuedAt: string;
  expiresAt: string;
  /** When it was revoked, consumed or suspended, or else when it expired; null while it is active or not yet valid. */
  endedAt: string | null;
  lastUsedAt: string | null;
  lastIp: string | null;
  useCount: number;
  refusedCount: number;
};

/** How exact `lastUsedAt` and the counts are, in seconds: stated wherever they are shown. */
export const LAST_USED_PRECISION_SECONDS = 2;

/** One token of a family, for the lineage tree. */
export type LineageNode = {
  id: string;
  parentId: string | null;
  kind: TokenKind;
  state: TokenState;
  permissions: string[];
  issuedAt: string;
  expiresAt: string;
  /** When it was revoked, consumed, suspended or expired. */
  endedAt: string | null;
  /** Set for a refresh token that was exchanged. */
  consumedAt: string | null;
};

/** An order that reaches a token, as its page tells it. */
export type StandingOrder = {
  id: string;
  verb: "revoke" | "suspend" | "restore" | "cancel";
  targetKind: string;
  targetId: string;
  targetName: string;
  reason: string;
  note: string;
  actorKind: string;
  actorId: string;
  actorName: string;
  createdAt: string;
  effectiveFrom: string;
  expiresAt: string | null;
  /** Of a suspension: when it ends, be it given back or run out. Null while nothing ends it, and of every other. */
  until: string | null;
  /** Whether it was called off before it began. */
  isCancelled: boolean;
  /** Whether this order decides the token's state now. */
  decides: boolean;
};

/** Whether a verifier can still accept a token, and until when. */
export type VerifierStanding = {
  verifierId: string;
  name: string;
  /** As its owner says. */
  checkWay: CheckWay;
  /** As it is registered: it means something where it hears of orders. */
  mode: VerifierMode;
  /** The audiences of the token that it answers for. */
  audiences: string[];
  /** Until when it can accept the token; null where it accepts it no more. */
  acceptsUntil: string | null;
  /** The same in words. */
  says: string;
  lastSeenAt: string | null;
};

/** A token's page. The value is never stored, so it is never here. */
export type TokenDetail = TokenRow & {
  familyId: string;
  parentId: string | null;
  sessionUid: string | null;
  grantType: string;
  roles: string[];
  rootedAt: string;
  issuingIp: string | null;
  issuingUserAgent: string | null;
  /** SHA-256 of the value, hex. */
  valueHash: string;
  signingKid: string | null;
  algorithm: string | null;
  /** The header and payload as they were signed; for an opaque token the claims that introspection answers. */
  header: Record<string, unknown> | null;
  payload: Record<string, unknown>;
  orders: StandingOrder[];
  /** Oldest first; at most LINEAGE_MAX, and `lineageTotal` says how many there are. */
  lineage: LineageNode[];
  lineageTotal: number;
  /** The live refresh token of its family, which can make new access tokens whatever becomes of this one. */
  liveRefreshTokenId: string | null;
  verifiers: VerifierStanding[];
  /** The journey of the order that took it back; null for a token that was not. */
  journey: Journey | null;
};

export const LINEAGE_MAX = 200;

/** Uses of a token in one bucket of its lifeline. */
export type UseBucket = { at: string; issued: number; allowed: number; refused: number };

/** A token's uses over time. `from` is its issue; buckets without a use are there with zeros. */
export type TokenUseHistogram = {
  from: string;
  to: string;
  bucketSeconds: number;
  buckets: UseBucket[];
  /** Attempts that were refused because it did not work any more, or not for then, by which of them. */
  refusedAs: Record<EndRefusal, number>;
};

export const END_REFUSALS = ["revoked", "expired", "suspended"] as const;
export type EndRefusal = (typeof END_REFUSALS)[number];

/** Middle-shortened id for people: `01a2f3b4…d911`. */
export function shortId(id: string): string {
  return id.length <= 13 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`;
}
