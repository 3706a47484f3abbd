import type { Total } from "../list-query/define-table.ts";
import { STEP_UP_KINDS, STEP_UP_WORDS, type StepUpKind } from "../step-up/model.ts";

/** Acts that want a second person; browser-safe. Times are ISO 8601 in UTC. */
export const POLICY_KINDS = STEP_UP_KINDS.filter(
  (kind) => kind !== "approvals" && kind !== "own-factors",
) as Exclude<StepUpKind, "approvals" | "own-factors">[];
export type PolicyKind = (typeof POLICY_KINDS)[number];

/** What counts as soon as four eyes is on for anything: who could make a second person (by a provider's groups too), a credential or no rule of the rule would be alone again. */
export const ALWAYS_KINDS = ["roles", "api-tokens", "sign-in"] as const satisfies readonly PolicyKind[];

/** Why an act waits: its kind, the policy itself, or an API token that may not do it by itself. */
export const GUARDED_KINDS = [...POLICY_KINDS, "policy", "unattended"] as const;
export type GuardedKind = (typeof GUARDED_KINDS)[number];

export const GUARDED_WORDS: Record<GuardedKind, { name: string; means: string }> = {
  bulk: {
    name: "Wide revocations",
    means: "Revoke many tokens, by one order or by several within 24 hours. Suspending never waits.",
  },
  keys: { name: "Signing keys", means: "Rotate, activate, compromise or destroy keys, and their settings." },
  roles: {
    name: "Admins and roles",
    means: "Invite or enable an admin, give a role or a new link, disable an owner.",
  },
  "api-tokens": { name: "API tokens", means: "Make one." },
  retention: { name: "Retention", means: "How long evidence is kept; erasing somebody's data." },
  streams: { name: "Streams", means: "Where events and signals are sent, and which peers are listened to." },
  "sign-in": {
    name: "Sign-in settings",
    means: "How everybody signs in and stays signed in. One's own passkeys and codes never wait.",
  },
  exports: { name: "Exports", means: "A list, or the evidence of a case, as a file." },
  policy: { name: "This policy", means: "Change what wants a second person." },
  unattended: {
    name: "Automation",
    means:
      "An API token without the right to act unattended; with it too where the act is who may use this console, or how they sign in, unless it only shuts somebody out.",
  },
};

/** What somebody is about to do: "a second person is needed to …". */
export function guardedActs(kind: GuardedKind): string {
  if (kind === "policy") return "change what wants a second person";
  if (kind === "unattended") return "do this by an API token";
  // how many is the organisation's to say
  return kind === "bulk" ? "revoke so many tokens" : STEP_UP_WORDS[kind].acts;
}

/** How long an act waits, approved or not. */
export const APPROVAL_SECONDS = 4 * 3600;
/** Owners who can sign in that it takes for four eyes to be on. */
export const OWNERS_NEEDED = 2;
/** Acts of one person that wait at once. */
export const OPEN_MAX = 50;
/** How old the proof for one approval may be when it is used. */
export const PROOF_SECONDS = 300;
export const REASON_MAX = 1000;
export const BULK_TOKENS_RANGE = { min: 1, max: 1_000_000_000 } as const;
/** Over so long what a person revoked is summed. */
export const BULK_HOURS = 24;

/** `lapsed` is what was still open when its time was over. */
export const APPROVAL_STATES = [
  "pending",
  "approved",
  "done",
  "declined",
  "withdrawn",
  "stale",
  "lapsed",
] as const;
export type ApprovalState = (typeof APPROVAL_STATES)[number];
export const APPROVAL_STATE_WORDS: Record<ApprovalState, { name: string; means: string }> = {
  pending: { name: "Waiting", means: "Nobody has decided yet." },
  approved: { name: "Approved", means: "Who asked can do it now, once." },
  done: { name: "Done", means: "It was done, once." },
  declined: { name: "Declined", means: "It was not done." },
  withdrawn: { name: "Withdrawn", means: "Who asked took it back." },
  stale: { name: "Refused", means: "It could not be done any more as it was asked for." },
  lapsed: { name: "Lapsed", means: "Nobody did it in time." },
};

/** Why one was refused: it would be another act, who asked may not do it any more, or who approved it may not. */
export const END_CAUSES = ["changed", "asker", "approver"] as const;
export type EndCause = (typeof END_CAUSES)[number];

export const APPROVAL_WAYS = ["asked", "break_glass"] as const;
export type ApprovalWay = (typeof APPROVAL_WAYS)[number];
export const APPROVAL_WAY_WORDS: Record<ApprovalWay, string> = {
  asked: "Asked for",
  break_glass: "Break-glass",
};

/** By whom it is done: with the approval, or by who asked, because its answer holds a secret that is theirs alone. */
export const RUN_BYS = ["approver", "requester"] as const;
export type RunBy = (typeof RUN_BYS)[number];

/** One act as the log would have it. */
export type ShownAct = {
  act: string;
  target: { kind: string; id: string; name: string };
  reason: string | null;
  note: string | null;
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
};

type Named = { id: string; name: string };
/** What a plan would reach, when it was asked for. */
export type ShownPlan = {
  tokens: { value: number; isExact: boolean };
  users: { value: number; isExact: boolean; names: Named[] };
  clients: { value: number; isExact: boolean; names: Named[] };
  verifiers: { value: number; isExact: boolean; names: Named[] };
  /** What goes on all the same; not there in an approval from before it was kept. */
  remains?: string[];
};

export type ActCount = { act: string; count: number };
/** What acts that are not written down one by one are compared by. */
export type ShownRest = { digest: string; instants: Record<string, { fixed: string; relative: string }> };
/** The acts: of very many the first, how many there are of each, and what all others are compared by. What is not there is of an approval from before it was kept. */
export type ComparedActs = {
  acts: ShownAct[];
  actCount: number;
  counts?: ActCount[];
  rest?: ShownRest | null;
};
/** Exactly what would happen. */
export type Shown = ComparedActs & {
  sentences: string[];
  plan: ShownPlan | null;
  /** Of an export, how many rows would leave; not there in an approval from before it was kept. */
  rows?: Total | null;
};
export const ACTS_SHOWN = 200;
/** What stands for a name that is made when it is done. */
export const MADE_ANEW = "(made with it)";

export type ApprovalRow = {
  id: string;
  way: ApprovalWay;
  state: ApprovalState;
  kinds: GuardedKind[];
  /** What is asked for, in a line. */
  summary: string;
  reason: string;
  requestedBy: { kind: string; id: string; name: string };
  runBy: RunBy;
  createdAt: string;
  expiresAt: string;
  decidedAt: string | null;
  decidedBy: string | null;
  note: string | null;
  endedAt: string | null;
  /** Of a refused one; null of all others. */
  endCause: EndCause | null;
  /** Of a refused one: what changed, or who is gone and since when, in words. */
  changed: string[];
  reviewedAt: string | null;
  reviewedBy: string | null;
  reviewNote: string | null;
};

export type ApprovalDetail = ApprovalRow & {
  method: string;
  path: string;
  shown: Omit<Shown, "rest" | "counts" | "rows"> & { counts: ActCount[] };
  permissions: string[];
  /** Whether what is to be sent again is kept: else who asked sends it again themselves. */
  isKept: boolean;
  /** What the asker may do with it now. */
  may: {
    decide: boolean;
    withdraw: boolean;
    run: boolean;
    review: boolean;
    /** Have it looked at whether it would still be the same. */
    check: boolean;
    /** Have it tried out anew, and asked for with the same reason. */
    askAgain: boolean;
  };
  /** Why the asker may not decide, in words. */
  whyNot: string | null;
  /** Who is given what it answers, and who comes in by that, in a sentence; null where that lets nobody in, and of what is over. */
  receives: string | null;
  /** What it takes from who looks at it themselves, in words. */
  forYou: string[];
};

/** Whether what waits would still do what it was shown to do, looked at just now. */
export type ApprovalCheck = {
  at: string;
  isStale: boolean;
  /** Why it could not be done any more; null where it could. */
  endCause: EndCause | null;
  /** What would be otherwise, or who is gone and since when, in words. */
  changed: string[];
  /** What came since and is no part of it. */
  says: string[];
  /** Of what is refused or over, for who asked: whether asking again would come to anything, and why not. */
  again: { isPossible: boolean; why: string | null } | null;
};

export type ApprovalPolicy = {
  kinds: PolicyKind[];
  bulkTokens: number;
  /** Owners who are enabled and have a factor of their own or a provider: they count, whether they can come in just now or not. */
  owners: number;
  /** Of these, who can come in now. */
  ownersIn: number;
  /** Whether anything waits now: something is chosen and there are two owners. */
  isOn: boolean;
  version: number;
  updatedAt: string;
};

/** What was done without a second person, to be reviewed. */
export type BrokenGlass = { id: string; summary: string; by: string; reason: string; at: string };
/** What concerns a person now: what they may decide, what of theirs was approved and is to be done, and what was done without a second person and nobody has reviewed. */
export type OpenApprovals = { toDecide: number; toDo: number; toReview: BrokenGlass[] };
