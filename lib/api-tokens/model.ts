import type { Role } from "../authz/roles.ts";

/** Bearer credentials for automation; browser-safe. Times are ISO 8601 in UTC. */
export const API_TOKEN_STATES = ["active", "expired", "revoked"] as const;
export type ApiTokenState = (typeof API_TOKEN_STATES)[number];

export type ApiTokenRow = {
  id: string;
  name: string;
  role: Role;
  state: ApiTokenState;
  /** The last four characters. */
  hint: string;
  createdBy: string;
  /** Whether it does by itself what a person is asked again for. */
  isUnattended: boolean;
  createdAt: string;
  expiresAt: string | null;
  /** Exact to a minute. */
  lastUsedAt: string | null;
  revokedAt: string | null;
};

/** The value of a new API token: shown once, kept nowhere. */
export type CreatedApiToken = { id: string; token: string; row: ApiTokenRow };

export const API_TOKEN_NAME_MAX = 80;
export const API_TOKEN_TTL_RANGE = { min: 60, max: 366 * 86_400 } as const;
