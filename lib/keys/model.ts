/** Signing keys, for every layer; browser-safe. */
import type { OrderPlan, PlannedOrderResult } from "../order-plans/model.ts";

export const KEY_PURPOSES = ["access_token", "id_token", "status_list", "feed", "checkpoint"] as const;
export type KeyPurpose = (typeof KEY_PURPOSES)[number];

export const KEY_STATES = ["standby", "active", "retiring", "retired", "compromised", "destroyed"] as const;
export type KeyState = (typeof KEY_STATES)[number];

export const KEY_ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"] as const;
export type KeyAlgorithm = (typeof KEY_ALGORITHMS)[number];

/** @see RFC 7518 section 3.1, RFC 8037 section 3.1 */
export const KEY_ALGORITHM_WORDS: Record<KeyAlgorithm, string> = {
  ES256: "ECDSA on P-256: short signatures, quick to make",
  RS256: "RSA of 3072 bits, PKCS #1 v1.5: what every library knows, slow to sign",
  PS256: "RSA of 3072 bits, PSS: as slow to sign as RS256",
  EdDSA: "Ed25519: short and quick; older libraries do not know it",
};

export const KEY_PURPOSE_WORDS: Record<KeyPurpose, { name: string; means: string }> = {
  access_token: { name: "Access tokens", means: "Signs JWT access tokens." },
  id_token: { name: "ID tokens", means: "Signs ID tokens." },
  status_list: { name: "Status lists", means: "Signs token status lists." },
  feed: { name: "Feed", means: "Signs the feed of revocations." },
  checkpoint: { name: "Checkpoints", means: "Signs checkpoints over the audit log." },
};

/** The algorithm of a purpose's first key. */
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

/** Seconds after which no authority gives out a key set that it does not stand behind: it has heard of a change, or lets nobody keep its answer. */
export const PUBLISH_SECONDS = 6;
/** Days ahead that a rotation may be planned. */
export const ROTATION_HORIZON_DAYS = 365;

/** A change of a key, as the audit log has it. */
export type KeyChange = {
  /** Of the entry in the log. */
  id: string;
  at: string;
  act: string;
  actor: { kind: string; name: string };
  reason: string | null;
  note: string | null;
};

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
  /** When every cache of the JWKS can have it; of a key that never waited null. */
  readyAt: string | null;
  /** When a standby key begins to sign by itself. */
  activatesAt: string | null;
  /** When a retiring key may leave the JWKS, if nothing that it signed lives then. */
  retiresAt: string | null;
  /** When it signed the newest registered token, if any; null for a purpose whose signatures are not registered. Not known where looking took too long. */
  lastSigned: { at: string | null; isKnown: boolean } | null;
  /** Active access tokens that it signed, where not exact at least so many; null for a purpose whose signatures are not registered, and where nobody counted: in the answer of an act without or after a second person. */
  liveTokens: { value: number; isExact: boolean } | null;
  /** Of a key that is announced: which verifiers have it, in one sentence; null of others. */
  readiness: string | null;
  /** Who changed it and why, oldest first. */
  changes: KeyChange[];
};

/**
 * Whether a verifier has a key: all of it, some of its processes, none of them, not known (it never said who it is when it asked for keys), or it needs none (it
 * asks about each token). `had`: it was given the key, and no process says that it still holds it.
 */
export const KEY_HOLDINGS = ["has", "partly", "missing", "unknown", "needless", "had"] as const;
export type KeyHolding = (typeof KEY_HOLDINGS)[number];

export type KeyHolder = {
  verifierId: string;
  name: string;
  holding: KeyHolding;
  /** When it was first known to have it; null where it never was. */
  firstAt: string | null;
  /** Its live processes that say which keys they hold, and those of them that hold this one; null where none says so. */
  processes: { have: number; of: number } | null;
};

/** Which verifiers have a key, as far as they say who they are. */
export type KeyHolders = {
  /** In one sentence. */
  says: string;
  /** How many there are; `rows` are HOLDERS_SHOWN of them at most, those that lack it first. */
  count: number;
  rows: KeyHolder[];
};
export const HOLDERS_SHOWN = 200;

/** A key's page. */
export type KeyDetail = KeyRow & { publicJwk: Record<string, unknown>; holders: KeyHolders };

/** What came of a rotation: the key that was made or changed, and the one beside it. */
export type RotationResult = {
  key: KeyDetail;
  /** The key that signs now or will be replaced; null where there is none. */
  other: { kid: string; state: KeyState } | null;
  /** What was done, a sentence each. */
  sentences: string[];
};

/** What an emergency would do. The plan is that of the order upon what the key signed. */
export type EmergencyPlan = {
  key: { kid: string; purpose: KeyPurpose; state: KeyState };
  /** What signs afterwards: a standby key that every cache can have, or one that is made then. Null where the key does not sign. */
  successor: { kid: string | null } | null;
  plan: OrderPlan;
  /** Until when something can still go by the old key or not know the new one, in words; the last instant if nothing else is done. */
  window: { until: string; says: string[] };
};

/** What an emergency did. */
export type EmergencyResult = RotationResult & { order: PlannedOrderResult };

/** How often a purpose's key is replaced by itself while it has an algorithm. */
export type KeyPolicy = {
  purpose: KeyPurpose;
  algorithm: KeyAlgorithm;
  /** Whether the purpose has that algorithm now: the policy that holds. */
  isSigning: boolean;
  isOn: boolean;
  everyDays: number;
  /** Days before, at which the next key is announced. */
  aheadDays: number;
  version: number;
  /** When the policy makes the next key, and when that signs; null where it does not hold, is off or a rotation is under way. */
  next: { announcesAt: string; activatesAt: string } | null;
};

export const POLICY_DAYS_MAX = 730;

/** How long the JWKS may be kept, and a replaced key stays in it. */
export type KeySettings = {
  jwksCacheSeconds: number;
  /** Days that a replaced key stays at least; longer where what it signed may live. */
  keyKeepDays: number;
  /** Until when caches may hold a JWKS that was given out under a longer time: a new key waits for it. Null where none can. */
  cachedUntil: string | null;
  /** Of the organisation's settings. */
  version: number;
};

export const JWKS_CACHE_SECONDS = { min: 10, max: 86_400 };
export const KEY_KEEP_DAYS = { min: 0, max: 365 };
