/** What a token is, for every layer; browser-safe. */
export const TOKEN_KINDS = ["access", "refresh"] as const;
export type TokenKind = (typeof TOKEN_KINDS)[number];
export const TOKEN_FORMATS = ["jwt", "opaque"] as const;
export type TokenFormat = (typeof TOKEN_FORMATS)[number];
export const TOKEN_STATES = ["active", "suspended", "revoked", "expired", "not_yet_valid"] as const;
export type TokenState = (typeof TOKEN_STATES)[number];

/**
 * A token's state at an instant, in one place. Revoked always wins, then expiry, then suspension.
 * Its SQL twin is `token_state`; a property test holds the two together.
 */
export function tokenState(token: {
  now: Date;
  notBefore: Date;
  expiresAt: Date;
  isRevoked: boolean;
  isSuspended: boolean;
}): TokenState {
  if (token.isRevoked) return "revoked";
  if (token.expiresAt.getTime() <= token.now.getTime()) return "expired";
  if (token.isSuspended) return "suspended";
  return token.notBefore.getTime() > token.now.getTime() ? "not_yet_valid" : "active";
}

/** One row of the Tokens table. Times are ISO 8601 in UTC. */
export type TokenRow = {
  id: string;
  kind: TokenKind;
  format: TokenFormat;
  state: TokenState;
  subject: string;
  /** Null for a service. */
  user: { id: string; email: string; name: string } | null;
  client: { id: string; clientId: string; name: string };
  permissions: string[];
  groups: string[];
  audiences: string[];
  issuedAt: string;
  expiresAt: string;
  /** When it was revoked or suspended, or null. */
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
  issuedAt: string;
  expiresAt: string;
  /** Set for a refresh token that was exchanged. */
  consumedAt: string | null;
};

/** An order that reaches a token, as its page tells it. */
export type StandingOrder = {
  id: string;
  verb: "revoke" | "suspend" | "restore";
  targetKind: string;
  targetName: string;
  reason: string;
  note: string;
  actorName: string;
  createdAt: string;
  effectiveFrom: string;
};

/** Whether a verifier can still accept a token, and until when. */
export type VerifierStanding = {
  verifierId: string;
  name: string;
  mode: string;
  /** "now" when it asks the authority each time. */
  acceptsUntil: string | null;
  says: string;
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
  lineage: LineageNode[];
  verifiers: VerifierStanding[];
};

/** Middle-shortened id for people: `01a2f3b4…d911`. */
export function shortId(id: string): string {
  return id.length <= 13 ? id : `${id.slice(0, 8)}…${id.slice(-4)}`;
}
