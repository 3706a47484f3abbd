import type { AuditEntryRow } from "../audit/model.ts";
import type { OwnSecretKind } from "../scanners/model.ts";
import type { IncidentUses, OwnSecretOfCase } from "./model.ts";

/** What leaked API tokens did, as cases and packs tell it; browser-safe. */
export const ACT_PHASES = ["before", "during", "after"] as const;
/** How an act stands to the window of the case, as a use does (PHASES): by the API token it is of, or is upon. */
export type ActPhase = (typeof ACT_PHASES)[number];
export const ACT_PHASE_WORDS: Record<ActPhase, string> = {
  before: "before",
  during: "during",
  after: "after",
};

export type LeakedAct<Row = AuditEntryRow> = Row & { phase: ActPhase };

/** Acts by the leaked API tokens of a case, and upon them: how they were made and ended. */
export type LeakedActs<Row = AuditEntryRow> = {
  counts: Record<ActPhase, number>;
  /** Whether all were looked at: else the counts are of the newest. */
  isExact: boolean;
  /** Newest first. */
  rows: LeakedAct<Row>[];
  /** How many of those that were counted are not listed. */
  more: number;
};

/** How many of them there are by phase, in words. */
export function actCountWords({ counts, isExact }: Pick<LeakedActs, "counts" | "isExact">): string {
  const of = (phase: ActPhase) => `${counts[phase].toLocaleString("en")}${isExact ? "" : "+"}`;
  return `${of("before")} before the window of the case, ${of("during")} in it, ${of("after")} after the API token had ended`;
}

/** What was done with all that is in a case: uses of its tokens, and acts of its leaked API tokens. */
export type IncidentUsesAndActs = IncidentUses & { acts: LeakedActs };

const KEPT: Record<OwnSecretKind, string> = {
  api_token:
    "each act by it is in the audit log, under its name, and so are calls that were refused because it had ended, because whoever made it could not sign in, or for where they came from. What it only read is not, but for cases and exports; when and from where it was last used is on its page, and in the pack.",
  verifier_secret:
    "the log has what its verifier asked and reported, and not with which of its secrets: the uses of that verifier are all that can be told.",
  scanner_secret:
    "the log has what its scanner reported, and not with which of its secrets: the reports of that scanner are all that can be told.",
};

/** What the log has of what was done with a secret of this product. */
export function keptOf(secret: Pick<OwnSecretOfCase, "kind">): string {
  return KEPT[secret.kind];
}

/** Where that is. */
export function logOf({ kind, ownerId }: Pick<OwnSecretOfCase, "kind" | "ownerId">): string {
  if (kind === "api_token") return `/audit/acts?${new URLSearchParams({ actor: ownerId })}`;
  return kind === "verifier_secret"
    ? `/audit?${new URLSearchParams({ verifier: ownerId })}`
    : `/audit/acts?${new URLSearchParams({ actor: ownerId, by: "anyone" })}`;
}

const OPENS: Record<OwnSecretKind, string> = {
  api_token: "opens the API of this console, as its role allows",
  verifier_secret:
    "passes for its verifier: asks whether tokens for its audiences are good, and reports uses",
  scanner_secret:
    "passes for its scanner: reports values as leaked, of which its policy then takes some back",
};

/** What whoever has one can do with it while it works. */
export function opensOf({ kind }: Pick<OwnSecretOfCase, "kind">): string {
  return OPENS[kind];
}
