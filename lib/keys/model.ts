/** Signing keys, for every layer; browser-safe. */
export const KEY_PURPOSES = ["access_token", "id_token", "status_list", "feed", "checkpoint"] as const;
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

export const KEY_STATES = ["standby", "active", "retiring", "retired", "compromised", "destroyed"] as const;
export type KeyState = (typeof KEY_STATES)[number];

export const KEY_ALGORITHMS = ["ES256", "EdDSA"] as const;
export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];

export const KEY_PURPOSE_WORDS: Record<KeyPurpose, { name: string; means: string }> = {
  access_token: { name: "Access tokens", means: "Signs JWT access tokens." },
  id_token: { name: "ID tokens", means: "Signs ID tokens." },
  status_list: { name: "Status lists", means: "Signs token status lists." },
  feed: { name: "Feed", means: "Signs the feed of revocations." },
  checkpoint: { name: "Checkpoints", means: "Signs checkpoints over the audit log." },
};

/** The algorithm that a new key of a purpose gets. */
export const DEFAULT_ALGORITHM: Record<KeyPurpose, KeyAlgorithm> = {
  access_token: "ES256",
  id_token: "ES256",
  status_list: "ES256",
  feed: "ES256",
  checkpoint: "EdDSA",
};

/** Whether a key in this state stands in the JWKS. */
export function isPublished(state: string): boolean {
  return state === "standby" || state === "active" || state === "retiring";
}

/** One row of the Keys page. Times are ISO 8601 in UTC. */
export type KeyRow = {
  kid: string;
  purpose: KeyPurpose;
  algorithm: KeyAlgorithm;
  state: KeyState;
  /** RFC 7638, SHA-256, base64url. */
  thumbprint: string;
  createdAt: string;
  activatedAt: string | null;
  retiringAt: string | null;
  retiredAt: string | null;
  compromisedAt: string | null;
  destroyedAt: string | null;
  /** Active access tokens that it signed, where not exact at least so many; null for a purpose whose signatures are not registered. */
  liveTokens: { value: number; isExact: boolean } | null;
};

/** A key's page. */
export type KeyDetail = KeyRow & { publicJwk: Record<string, unknown> };
