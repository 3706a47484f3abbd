/** How long a key is known, and the answer that was given under it. */
export const IDEMPOTENCY_HOURS = 24;
/** A request that has not acted by then is given up: longer than any transaction may take. */
export const IDEMPOTENCY_LEASE_SECONDS = 60;
export const IDEMPOTENCY_KEY_MAX = 255;
/** Keys of one actor that are known at once. */
export const IDEMPOTENCY_KEYS_MAX = 10_000;
/** An answer that is longer is not kept: a repeat is told that it was done. */
export const KEPT_ANSWER_MAX = 256 * 1024;

/** An answer as it is kept for a repeat. */
export type KeptAnswer = {
  status: number;
  location: string | null;
  /** JSON without what was shown once; null where it was too long to keep. */
  text: string | null;
  isShownOnce: boolean;
  /** By which it was given: whoever does not hold all of them any more is not told it again. */
  permissions: string[];
};

export type IdempotencyClaim = { actorId: string; key: string; claim: string };

/** What became of a key that somebody wants to act under. */
export type ClaimResult =
  | { outcome: "claimed"; claim: IdempotencyClaim }
  | { outcome: "running" }
  /** The actor has as many keys as one may have; for so many seconds. */
  | { outcome: "full"; retryAfter: number }
  | { outcome: "other_request" }
  /** Its act has committed, and its answer was lost. */
  | { outcome: "acted"; requestId: string }
  | { outcome: "answered"; requestId: string; answer: KeptAnswer };
