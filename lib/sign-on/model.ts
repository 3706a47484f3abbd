/** Sign-on sessions and grants of a person, for every layer; browser-safe. Times are ISO 8601 in UTC. */

/** A browser that a person signed in with, as long as it is signed in or something that it let in lives. */
export type SignOnRow = {
  uid: string;
  /** Whether the next application gets in through it without a password. */
  isSignedIn: boolean;
  /** Null for one of before this was kept. */
  signedInAt: string | null;
  /** When its browser was last at the authority; address, country and browser are of then. */
  seenAt: string | null;
  ip: string | null;
  country: string | null;
  userAgent: string | null;
  /** Names of the clients that got live tokens through it. */
  applications: string[];
  liveTokens: number;
  /** When the last of them ends by itself, renewals counted; null where there is none. */
  until: string | null;
};

/** What a client may do for a person. */
export type GrantRow = {
  client: { id: string; clientId: string; name: string };
  /** false: its users are not asked; it gets the same again whenever it sends them here. */
  isAsked: boolean;
  /** What it learns about the person, by the scopes of OpenID Connect. */
  scopes: string[];
  permissions: string[];
  /** Null where nothing is remembered: tokens of before grants were kept. */
  givenAt: string | null;
  /** Newest of: a token was issued to it for the person, one of its live tokens was used. */
  lastUsedAt: string | null;
  liveTokens: number;
  until: string | null;
};

export type UserAccess = {
  /** The last seen first, `SIGN_ONS_SHOWN` at most. */
  sessions: SignOnRow[];
  sessionCount: number;
  /** By the client's name. */
  grants: GrantRow[];
};

export const SIGN_ONS_SHOWN = 50;

/** What ending something of a person's did. */
export type EndedAccess = {
  /** Orders that were placed for it. */
  orders: number;
  /** Tokens that were live until then. */
  tokens: number;
};
