/** Secrets of clients and verifiers, several for each at a time; browser-safe. Times are ISO 8601 in UTC. */

/** A secret as it may be shown: never its value. */
export type SecretRef = {
  id: string;
  /** Its last four characters. */
  hint: string;
  createdAt: string;
  /** Null: until it is replaced. */
  expiresAt: string | null;
  /** True to the minute; of every endpoint that takes a secret. Null: not since its uses are counted. */
  lastUsedAt: string | null;
};

/** Secrets of one owner that work at one time. */
export const MAX_LIVE_SECRETS = 5;
