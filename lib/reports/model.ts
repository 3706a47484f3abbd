/** Reports of uses by verifiers that decide by themselves, for every layer; browser-safe. */

/** Reports of one request. */
export const MAX_REPORTS = 1_000;

/** Bytes of one request. */
export const MAX_REPORT_BYTES = 1024 * 1024;

/** A use may be reported for so long after it. */
export const MAX_REPORT_AGE_MS = 7 * 86_400_000;

/** Lost uses of an instance at most: what is beyond is no count but a mistake. */
export const MAX_LOST = 1_000_000_000;

/** Why a report is not taken in. Sending it again changes nothing. */
const REPORT_CODES = ["conflict", "unknown_token", "audience", "time", "invalid"] as const;
export type ReportCode = (typeof REPORT_CODES)[number];

/** What became of a report. `id` is null where it had none that can be read. */
export type ReportResult =
  | { id: string; result: "recorded" | "duplicate" }
  | { id: string | null; result: "refused"; code: ReportCode };

/** Uses that a verifier lost within a minute, by its own account. */
export type ReportGapRow = {
  verifier: { id: string; name: string };
  /** The minute in which it told so: ISO 8601 in UTC. */
  minute: string;
  lost: number;
};
