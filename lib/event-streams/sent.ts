import { backoffMs } from "../outbound/backoff.ts";

/** What became of a batch. `why` and `answer` follow the sink's name in a sentence and may be shown. */
export type Sent =
  | { outcome: "taken"; answer: string }
  /** Not now; `retryAfterMs` where the sink says when. */
  | { outcome: "failed"; why: string; retryAfterMs?: number }
  /** The sink takes no batch as large. */
  | { outcome: "too_large"; why: string }
  /** The sink says that it is there no more. */
  | { outcome: "gone"; why: string };

/** How long a sink may take for one batch. */
export const SINK_TIMEOUT_MS = 10_000;

/** What is tried again. */
export type Failed = Exclude<Sent, { outcome: "taken" | "gone" }>;

/** Milliseconds until it is tried again after so many failures in a row: not before the other side asked to be left alone. */
export function waitMsAfter(sent: Failed, failures: number): number {
  return Math.max(backoffMs(failures), sent.outcome === "failed" ? (sent.retryAfterMs ?? 0) : 0);
}
