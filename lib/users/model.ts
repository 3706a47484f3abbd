/** People who hold tokens, for every layer; browser-safe. Times are ISO 8601 in UTC. */
export const USER_STATES = ["enabled", "disabled"] as const;
export type UserState = (typeof USER_STATES)[number];

/** One row of the users table. */
export type UserRow = {
  id: string;
  email: string;
  name: string;
  state: UserState;
  groups: { id: string; name: string }[];
  /** Access and refresh tokens that are neither expired nor revoked. */
  liveTokens: number;
  createdAt: string;
  lastSignInAt: string | null;
};

/** A permission that a user has today, and through which groups. */
export type UserPermission = { name: string; audience: string; via: string[] };

export type UserDetail = UserRow & {
  hasPassword: boolean;
  attributes: Record<string, unknown>;
  permissions: UserPermission[];
  liveAccessTokens: number;
  liveRefreshTokens: number;
  disabledAt: string | null;
  /** When their personal data was erased: the row stays for what names its id. */
  erasedAt: string | null;
  isBeingErased: boolean;
  updatedAt: string;
  version: number;
};

/** The acts by which a user's version goes up, but for imports. */
export const USER_CHANGES = ["user.updated", "user.groups_changed"] as const;

/** What an act on a user ended, and what of them goes on. */
export type DisabledUser = {
  user: UserDetail;
  /** The order that reaches every token of the user rooted until now. */
  orderId: string;
  /** Tokens that were live when it was placed. */
  revokedTokens: number;
  /** What remains: `subject` in words, `until` null where nothing ends it by itself. */
  remaining: { subject: string; until: string | null }[];
};

/** What taking a user out of a group would leave valid. */
export type GroupReach = {
  group: string;
  /** Live access tokens of the user that carry it. */
  accessTokens: number;
  /** When the last of them expires. */
  until: string;
};

export const USER_NAME_MAX = 120;
export const USER_PASSWORD_MIN = 12;
export const USER_PASSWORD_MAX = 256;
export const USER_ATTRIBUTES_MAX_BYTES = 4096;
