/** Verifications of a span of the evidence; browser-safe. Times are ISO 8601 in UTC. */
export const CHECK_STATES = ["waiting", "running", "held", "empty", "broken", "cancelled", "failed"] as const;
export type CheckState = (typeof CHECK_STATES)[number];

/** The longest span that one verification reads. */
export const MAX_CHECK_DAYS = 31;

/** Something that does not hold: the first of its chain. */
export type CheckProblem = {
  /** A writer's id, `admin` or `checkpoints`. */
  chain: string;
  sequence: number;
  says: string;
};

/** What a verification found in its span; what was read around it is not counted. */
export type CheckFound = {
  uses: number;
  seals: number;
  chains: number;
  acts: number;
  checkpoints: number;
  /** Seals without a checkpoint yet; uses without a seal yet; uses from before there were seals. */
  uncovered: number;
  unsealed: number;
  before: number;
  /** Checkpoints that are kept outside of the database, as far as they are of this span. */
  held: number | null;
  problems: CheckProblem[];
};

export type EvidenceCheck = {
  id: string;
  from: string;
  until: string;
  by: string;
  state: CheckState;
  createdAt: string;
  beganAt: string | null;
  endedAt: string | null;
  /** Read so far, and of how many. */
  uses: number;
  total: number | null;
  found: CheckFound | null;
};

/** Whether nothing is on record in the span, so that there is nothing that could hold. */
export function isEmptySpan({ uses, seals, acts, checkpoints, unsealed, before }: CheckFound): boolean {
  return [uses, seals, acts, checkpoints, unsealed, before].every((count) => count === 0);
}

/** Whether it goes on. */
export function isOpenCheck({ state }: Pick<EvidenceCheck, "state">): boolean {
  return state === "waiting" || state === "running";
}

/** `29 November 2026 09:00 to 10:00 UTC`, as it is named on record. */
export function spanWords(from: string, until: string): string {
  const minute = (at: string) => `${at.slice(0, 10)} ${at.slice(11, 16)}`;
  return `${minute(from)} to ${minute(until)} UTC`;
}
