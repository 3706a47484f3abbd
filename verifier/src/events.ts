import type { VerifierErrorCode } from "./errors.ts";

/** What a verifier tells of itself. Nothing of a token or secret is in it. */
export type VerifierEvent =
  | { type: "connected"; way: "feed" | "poll"; position: number }
  | { type: "disconnected"; error: Error; retryInMs: number }
  | { type: "snapshot_loaded"; position: number; facts: number }
  | { type: "facts_applied"; position: number; facts: number }
  /** Dropped: not signed by the feed's key, or not for us. */
  | { type: "forged"; error: Error }
  /** A batch began beyond our position: nothing of it was applied. */
  | { type: "gap"; position: number; after: number }
  /** A batch that we had before. */
  | { type: "replayed"; position: number; to: number }
  /** The authority knows less than we do. In strict mode tokens are refused until it does not. */
  | { type: "went_back"; position: number }
  /** The last word is older than is allowed, or is not any more. */
  | { type: "stale"; ageMs: number }
  | { type: "fresh" }
  | { type: "clock_behind" }
  /** What the console holds of this verifier came, or changed. */
  | { type: "registered"; name: string; mode: "strict" | "lenient"; maxStalenessSeconds: number }
  /** An audience of ours is none of those that the console has for this verifier. */
  | { type: "audience_unregistered"; audience: string }
  | { type: "outdated"; minimum: string }
  | { type: "keys_unavailable"; error: Error }
  | { type: "status_list_unavailable"; uri: string; error: Error }
  /** The authority took a report, and refuses it for good. */
  | { type: "report_refused"; id: string; code: string }
  | { type: "reports_lost"; lost: number; why: string }
  | { type: "reports_delayed"; error: Error; waiting: number }
  | { type: "refused"; code: VerifierErrorCode };

export type Tell = (event: VerifierEvent) => void;

/** An ear that cannot break what it listens to. */
export function createTell(onEvent: ((event: VerifierEvent) => void) | undefined): Tell {
  return (event) => {
    try {
      onEvent?.(event);
    } catch {
      // whoever listens must not stop what is told
    }
  };
}

export function errorOf(thrown: unknown): Error {
  return thrown instanceof Error ? thrown : new Error(String(thrown));
}
