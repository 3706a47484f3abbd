import type { Role } from "../authz/roles.ts";

/** Bearer credentials for automation; browser-safe. Times are ISO 8601 in UTC. */
export const API_TOKEN_STATES = ["active", "expired", "revoked", "creator_disabled"] as const;
export type ApiTokenState = (typeof API_TOKEN_STATES)[number];

/** Why a value that was once an API token opens nothing, by the code of the refusal. */
export const API_TOKEN_REFUSALS = {
  API_TOKEN_REVOKED: "This API token was revoked.",
  API_TOKEN_EXPIRED: "This API token has expired.",
  API_TOKEN_CREATOR_DISABLED: "This API token is stopped: whoever made it cannot sign in.",
  API_TOKEN_NETWORK: "This API token may not be used from this address",
} as const;
export type ApiTokenRefusal = keyof typeof API_TOKEN_REFUSALS;

export type ApiTokenRow = {
  id: string;
  name: string;
  /** What it was made with; its creator's role of now bounds it. */
  role: Role;
  state: ApiTokenState;
  /** The last four characters. */
  hint: string;
  createdBy: string;
  /** The admin whom it counts as; null for the command line's. */
  creator: { id: string; email: string; role: Role } | null;
  /** The API token that it was made with, and goes with; null where a person or the command line made it, or nobody knows. */
  madeByToken: { id: string; name: string } | null;
  /** Addresses and CIDR ranges that it may come from; none for any. */
  networks: string[];
  /** Whether it does by itself what a person is asked again for. */
  isUnattended: boolean;
  createdAt: string;
  expiresAt: string | null;
  /** A use is noted once a minute, and at once from another address. */
  lastUsedAt: string | null;
  /** Where that use came from. */
  lastUsedIp: string | null;
  revokedAt: string | null;
  version: number;
};

/** API tokens that live at once of those that were made with one, at every depth: all of them end with it in one transaction, which must not be too much for it. */
export const LIVING_MADE_WITH_MAX = 1_000;

/** What ends with an API token that is revoked: those that were made with it, at every depth, and invitations that it or they made and nobody has used. */
export type GoesWithIt = { apiTokens: number; invitations: number };
export type ApiTokenDetail = ApiTokenRow & {
  revokesToo: GoesWithIt;
  /** The API token that it was revoked with, and whether that is the one it was made with or one before that; null where it was revoked by itself or is not. */
  revokedWith: { id: string; name: string; isMaker: boolean } | null;
};
export type RevokedApiToken = ApiTokenRow & { revokedToo: GoesWithIt };

/** The value of a new API token: shown once, kept nowhere. */
export type CreatedApiToken = { id: string; token: string; row: ApiTokenRow };

export const API_TOKEN_NAME_MAX = 80;
export const API_TOKEN_NETWORKS_MAX = 50;
export const API_TOKEN_TTL_RANGE = { min: 60, max: 366 * 86_400 } as const;
/** Of one that is made without a word about its end. */
export const API_TOKEN_TTL_DEFAULT = 90 * 86_400;
