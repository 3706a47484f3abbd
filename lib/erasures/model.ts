/** Erasures of a person's data, for every layer; browser-safe. Times are ISO 8601 in UTC. */
export const ERASURE_STATES = ["waiting", "running", "done"] as const;
export type ErasureState = (typeof ERASURE_STATES)[number];

/** Why somebody's data is erased: what they asked for, what a rule says, or something else, which needs a note. */
export const ERASURE_REASONS = ["user_request", "policy", "unspecified"] as const;
export type ErasureReason = (typeof ERASURE_REASONS)[number];

export const ERASURE_NOTE_MAX = 500;

/** What mentions a person. */
export type ErasureCounts = {
  tokens: number;
  /** Uses of their tokens that hold an address, a path or software; null where counting took too long. */
  uses: number | null;
  /** Acts upon them, by them, or in whose words they stand; null where counting took too long. */
  acts: number | null;
  /** Cases that they, their tokens or families are in. */
  cases: number;
  detections: number;
  mails: number;
  /** Rows of files with people that were brought. */
  importRows: number;
  /** Sign-ins and applications with access. */
  signIns: number;
  /** Names of exports, views and plans in which their address or name stands. */
  lists: number;
};

/** What erasing a person's data would do. */
export type ErasurePlan = {
  userId: string;
  counts: ErasureCounts;
  /** Why it is refused now, a sentence each; none: it may begin. */
  refusals: string[];
  /** What is to be typed. */
  confirm: string;
  /** Whether an admin has the same e-mail address: that account stays. */
  isAdminToo: boolean;
};

/** What was erased. */
export type Erased = {
  uses: number;
  /** Of these, and of the acts, those of which nothing proves any more what they still say. */
  unproved: number;
  tokens: number;
  acts: number;
  records: number;
};

export type Erasure = {
  id: string;
  userId: string;
  state: ErasureState;
  reason: ErasureReason;
  by: string;
  createdAt: string;
  endedAt: string | null;
  /** Uses and tokens that are done, and of how many. */
  done: number;
  total: number;
  /** Why the last try came to nothing; it is tried again. */
  problem: string | null;
  found: Erased | null;
};

/** What stands for a name that was erased. */
export const ERASED_NAME = "Erased person";

/** Where those who were erased have their addresses: nobody else may have one there. */
export const ERASED_DOMAIN = "erased.invalid";

/** What stands for an e-mail address that was erased: no mail goes there. */
export function erasedEmail(userId: string): string {
  return `erased-${userId}@${ERASED_DOMAIN}`;
}
