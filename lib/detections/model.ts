import type { IncidentState, Severity } from "../incidents/model.ts";

/** Detections, for every layer; browser-safe. Times are ISO 8601 in UTC. */
export const DETECTION_STATES = ["open", "muted", "in_case"] as const;
export type DetectionState = (typeof DETECTION_STATES)[number];

export const DETECTION_STATE_WORDS: Record<DetectionState, string> = {
  open: "Open",
  muted: "Muted",
  in_case: "In a case",
};

/** What something can be found of. */
export const SUBJECT_KINDS = ["token", "family", "client", "signing_key", "verifier"] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

export const RULE_NAMES = [
  "forgery",
  "forgery_reported",
  "replay",
  "accepted_after_end",
  "use_after_revocation",
  "use_after_suspension",
  "use_after_expiry",
  "new_country",
  "new_network",
  "burst",
] as const;
export type RuleName = (typeof RULE_NAMES)[number];

export const RULE_WORDS: Record<RuleName, string> = {
  forgery: "Forged token",
  forgery_reported: "Unknown token accepted",
  replay: "Replayed",
  accepted_after_end: "Accepted after its end",
  use_after_revocation: "Used after revocation",
  use_after_suspension: "Used while suspended",
  use_after_expiry: "Used after expiry",
  new_country: "New country",
  new_network: "Many networks",
  burst: "Burst",
};

export const MUTE_SCOPES = ["token", "client"] as const;
export type MuteScope = (typeof MUTE_SCOPES)[number];
export const MUTE_REASON_MAX = 300;
/** The longest mute. */
export const MUTE_DAYS_MAX = 90;
/** Uses that are kept with a detection, the newest of those that it counted. */
export const USES_KEPT = 1_000;
/** Countries that can be told to be usual of a client. */
export const COUNTRIES_MAX = 50;
/** Open detections of one rule among the tokens of one client; what is found of further tokens adds to one of the client itself. */
export const CROWD_FROM = 20;

export type DetectionMute = {
  id: string;
  rule: RuleName;
  client: { id: string; clientId: string } | null;
  tokenId: string | null;
  reason: string;
  createdAt: string;
  endsAt: string;
  by: { id: string; name: string };
};

export type DetectionRow = {
  id: string;
  rule: RuleName;
  severity: Severity;
  state: DetectionState;
  subject: { kind: SubjectKind; id: string };
  /** The evidence in sentences. */
  says: string;
  tokenId: string | null;
  familyId: string | null;
  client: { id: string; clientId: string; name: string } | null;
  user: { id: string; email: string } | null;
  /** The one that it is found of; of a whole detection the one that told of the last use, too. */
  verifier: { id: string; name: string } | null;
  firstAt: string;
  lastAt: string;
  count: number;
  incident: { number: number; title: string; state: IncidentState } | null;
  mute: DetectionMute | null;
};

export type DetectionDetail = DetectionRow & {
  /** What the last finding rests on. */
  facts: Record<string, string | number | null>;
  foundAt: string;
  /** The uses that it counted, USES_KEPT of them at most: how many are kept, and from when to when they were received. Null where none are: it counts acts alone, or was found before uses were kept. */
  uses: { kept: number; from: string; to: string } | null;
  /** What the rule holds for usual of its client; null where it is of none. */
  settings: RuleSettings | null;
};

/** A rule as it is set for one client. */
export type RuleSettings = {
  rule: RuleName;
  isOn: boolean;
  values: Record<string, number>;
  countries: string[];
  /** 0: nobody has tuned it, all of it is the default. */
  version: number;
  updatedAt: string | null;
  updatedBy: string | null;
};

/** Rules whose count is of minutes, or of acts too; they keep the uses that they rest on all the same. */
const OTHER_COUNTS: ReadonlySet<RuleName> = new Set(["burst", "replay", "forgery", "forgery_reported"]);

/** Whether a detection's count is that of its uses. */
export function countsUses({ rule }: Pick<DetectionRow, "rule">): boolean {
  return !OTHER_COUNTS.has(rule);
}

/** Where people see a detection's page. */
export function detectionHref(id: string): string {
  return `/detections/${id}`;
}
