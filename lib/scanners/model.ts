import type { SecretRef } from "../secrets/model.ts";

/** Software that finds leaked values elsewhere and reports them; browser-safe. Times are ISO 8601 in UTC. */
export const SCANNER_ACTIONS = ["case", "suspend", "revoke"] as const;
export type ScannerAction = (typeof SCANNER_ACTIONS)[number];
export const SCANNER_ACTION_WORDS: Record<ScannerAction, { name: string; means: string }> = {
  case: { name: "Open a case", means: "Nothing is taken back until somebody decides in the case." },
  suspend: { name: "Suspend at once", means: "The token is suspended for some hours, and a case is opened." },
  revoke: { name: "Revoke at once", means: "The token is revoked for ever, and a case is opened." },
};

export const SCANNERS_MAX = 50;
/** Hours that a scanner can suspend for. */
export const SCANNER_HOURS = { min: 1, max: 720, default: 24 } as const;

/** What one report may hold. */
export const REPORT_VALUES_MAX = 100;
export const REPORT_BYTES_MAX = 512 * 1024;
export const REPORTED_TOKEN_MAX = 16_384;
/** Reports of one scanner at one authority. */
export const REPORTS_PER_SECOND = 2;
export const REPORTS_BURST = 60;

/** token: the very value that was issued; altered: another value with its id, so that nobody has shown to hold it; client_secret: a client's; the others are secrets of the product's own. */
export const FINDING_KINDS = [
  "token",
  "altered",
  "client_secret",
  "api_token",
  "verifier_secret",
  "scanner_secret",
] as const;
export type FindingKind = (typeof FINDING_KINDS)[number];
export const FINDING_KIND_WORDS: Record<FindingKind, string> = {
  token: "Token",
  altered: "Altered token",
  client_secret: "Client secret",
  api_token: "API token",
  verifier_secret: "Verifier secret",
  scanner_secret: "Scanner secret",
};

/** What opens this console's API, or speaks to the authority. */
export const OWN_SECRET_KINDS = [
  "api_token",
  "verifier_secret",
  "scanner_secret",
] as const satisfies FindingKind[];
export type OwnSecretKind = (typeof OWN_SECRET_KINDS)[number];

/** How it is ended, on the page of what it is of: a rotation with an overlap would leave it working. */
export const OWN_SECRET_ENDS: Record<OwnSecretKind, string> = {
  api_token: "Revoke it",
  verifier_secret: "End it",
  scanner_secret: "End it",
};

/** The page of what a secret of the product's own is of. */
export function ownerHref(kind: OwnSecretKind, id: string): string {
  switch (kind) {
    case "api_token":
      return `/api-tokens/${id}`;
    case "verifier_secret":
      return `/verifiers/${id}`;
    case "scanner_secret":
      return `/settings/scanners/${id}`;
    default:
      return kind satisfies never;
  }
}

export const FINDING_OUTCOMES = ["revoked", "suspended", "ended", "case"] as const;
export type FindingOutcome = (typeof FINDING_OUTCOMES)[number];
export const FINDING_OUTCOME_WORDS: Record<FindingOutcome, string> = {
  revoked: "Revoked",
  suspended: "Suspended",
  ended: "Was refused already",
  case: "Left to the case",
};

export type ScannerRow = {
  id: string;
  name: string;
  state: "enabled" | "disabled";
  action: ScannerAction;
  /** Of suspend. */
  hours: number | null;
  reports: number;
  /** Values of all its reports, and those of them that were nothing of ours. */
  values: number;
  unknown: number;
  lastReportedAt: string | null;
  createdAt: string;
};

export type ScannerDetail = ScannerRow & {
  /** Newest first. */
  secrets: SecretRef[];
  updatedAt: string;
  version: number;
};

/** The secret of a new or rotated scanner: shown once, kept nowhere. */
export type CreatedScanner = { scanner: ScannerDetail; secret: string };

export type LeakFindingRow = {
  kind: FindingKind;
  tokenId: string | null;
  clientId: string | null;
  /** Of a secret of the product's own: the API token, verifier or scanner whose it is. */
  ownerId: string | null;
  name: string;
  type: string;
  url: string | null;
  source: string | null;
  outcome: FindingOutcome;
  orderId: string | null;
};

export type LeakReportRow = {
  id: string;
  scanner: { id: string; name: string };
  receivedAt: string;
  lastReceivedAt: string;
  /** How often the same report came. */
  times: number;
  values: number;
  /** Values that are nothing of ours: nothing else of them is kept. */
  unknown: number;
  findings: LeakFindingRow[];
  /** The case that it is in; null where nothing in it is ours, and for the moment until one is opened. */
  incidentNumber: number | null;
};

/** Newest first; `next` is where the page after this one begins. */
