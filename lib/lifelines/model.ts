import type { UseHistogram, UseOutcome } from "../audit/model.ts";

/** What the log is followed by beside a token, which has a life of its own; browser-safe. Times are ISO 8601 in UTC. */
export const LIFELINE_KINDS = ["family", "user", "client", "verifier", "address"] as const;
export type LifelineKind = (typeof LIFELINE_KINDS)[number];

/** What was done to it. The first of them say most where there is no room for all. */
export const MARK_KINDS = [
  "revoked",
  "suspended",
  "replayed",
  "disabled",
  "restored",
  "enabled",
  "issued",
  "created",
  "secret",
  "refreshed",
] as const;
export type MarkKind = (typeof MARK_KINDS)[number];

export const MARK_WORDS: Record<MarkKind, string> = {
  revoked: "revoked",
  suspended: "suspended",
  replayed: "used refresh token came back",
  disabled: "disabled",
  restored: "restored",
  enabled: "enabled",
  issued: "issued",
  created: "registered",
  secret: "secret changed",
  refreshed: "refreshed",
};

/** `href`: the order or act that says more. `isPart`: it was done to one token of a family alone. */
export type LifelineMark = { at: string; what: MarkKind; isPart: boolean; href: string | null };

/** A mark in words. */
export function markWords({ what, isPart }: Pick<LifelineMark, "what" | "isPart">): string {
  return isPart ? `one token ${MARK_WORDS[what]}` : MARK_WORDS[what];
}

export type OutcomeTotals = Record<UseOutcome, number>;

/** Uses before an instant, and from it on. */
export type LifelineSplit = {
  at: string;
  before: OutcomeTotals;
  since: OutcomeTotals;
  /** False where not all could be counted in time: then the newest count. */
  isExact: boolean;
};

export type LifelineSubject = {
  kind: LifelineKind;
  /** An id; of an address itself, in its shortest spelling. */
  id: string;
  name: string;
  /** Whose a family is. */
  holder: {
    client: { id: string; clientId: string; name: string };
    user: { id: string; email: string; name: string } | null;
  } | null;
};

/** Something through time. Uses are counted by when they came on record. */
export type Lifeline = UseHistogram & {
  subject: LifelineSubject;
  /** The first and the last use of this time; of the counted part where not all was counted. Null: none. */
  firstAt: string | null;
  lastAt: string | null;
  /** Oldest first, the newest MARKS_MAX of this time. */
  marks: LifelineMark[];
  /** Whether there are more. */
  isMarksCut: boolean;
  /** In which some verifier could still accept what the newest order upon it took back, of a family the one that it has been refused by since; `to` is null where nothing bounds it. */
  propagation: { orderId: string; from: string; to: string | null } | null;
  split: LifelineSplit | null;
};

export const MARKS_MAX = 40;

/** Where people follow it. */
export function lifelineHref({ kind, id }: { kind: LifelineKind; id: string }): string {
  switch (kind) {
    case "family":
      return `/families/${id}`;
    case "address":
      return `/audit/addresses/${encodeURIComponent(id)}`;
    default:
      return `/${kind}s/${id}/activity`;
  }
}
