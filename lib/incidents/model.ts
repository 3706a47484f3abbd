import type { ApiTokenRow } from "../api-tokens/model.ts";
import type { TokenUseRow, UseMap } from "../audit/model.ts";
import type { MailRow } from "../mail/model.ts";
import type { OrderRow } from "../revocations/model.ts";
import type { OwnSecretKind } from "../scanners/model.ts";
import type { TokenRow } from "../tokens/model.ts";

/** Cases, for every layer; browser-safe. Times are ISO 8601 in UTC. */
export const INCIDENT_STATES = ["open", "held", "contained", "closed"] as const;
export type IncidentState = (typeof INCIDENT_STATES)[number];
/** What people say of a case; whether it is held, and of one that names something whether it is contained, follows from its tokens. */
export const SAID_STATES = ["open", "contained", "closed"] as const;
export type SaidState = (typeof SAID_STATES)[number];

export const SEVERITIES = ["low", "medium", "high", "critical"] as const;
export type Severity = (typeof SEVERITIES)[number];

export const STEPS = ["identify", "blast_radius", "contain", "reissue", "audit", "report"] as const;
export type Step = (typeof STEPS)[number];

export const SUBJECT_KINDS = ["token", "family", "user", "client"] as const;
export type SubjectKind = (typeof SUBJECT_KINDS)[number];

export const INCIDENT_STATE_WORDS: Record<IncidentState, { name: string; means: string }> = {
  open: { name: "Open", means: "Something of it may still be used." },
  held: {
    name: "Held",
    means: "Nothing of it works now. Some of it is only suspended, or its owner disabled: it can work again.",
  },
  contained: { name: "Contained", means: "Nothing of it works any more, or can again." },
  closed: { name: "Closed", means: "It is written up." },
};

/** Of a case that is closed, and of one that was contained. */
export const HELD_STILL_WORDS = "Something of it is refused only for now, and would work again.";

export const SEVERITY_WORDS: Record<Severity, string> = {
  low: "Low",
  medium: "Medium",
  high: "High",
  critical: "Critical",
};

export const STEP_WORDS: Record<Step, { name: string; asks: string }> = {
  identify: { name: "Identify", asks: "What leaked, and whose is it?" },
  blast_radius: { name: "Blast radius", asks: "What does it open, and what else hangs on it?" },
  contain: { name: "Contain", asks: "Take it back. Suspend first when you are not sure." },
  reissue: { name: "Reissue", asks: "Give the owner something new to work with." },
  audit: { name: "Audit", asks: "What was done with it since it was out?" },
  report: { name: "Report", asks: "Hand the evidence over, and close the case." },
};

/** What one case may hold, and what is read of it at once. */
export const SUBJECTS_MAX = 10_000;
/** Tokens that come with one request. */
export const SUBJECTS_AT_ONCE = 5_000;
/** Clients' secrets that come with one request. */
export const SECRETS_AT_ONCE = 50;
export const CASE_TOKENS_MAX = 10_000;
export const TITLE_MAX = 120;
export const STEP_NOTE_MAX = 1_000;
export const NOTES_MAX = 500;
/** Pasted values that are looked up with one request. */
export const VALUES_AT_ONCE = 1_000;
/** Values of one paste. */
export const PASTE_MAX = 10_000;

export type IncidentRow = {
  id: string;
  number: number;
  title: string;
  state: IncidentState;
  severity: Severity;
  openedAt: string;
  openedBy: { kind: string; id: string; name: string };
  compromisedFrom: string;
  containedAt: string | null;
  closedAt: string | null;
  subjects: Record<SubjectKind, number>;
  /** Of this product, reported by scanners. */
  ownSecretCount: number;
  stepsDone: number;
};

export type IncidentSubject = {
  kind: SubjectKind;
  id: string;
  name: string;
  addedAt: string;
  addedBy: string;
  /** A client of which a secret was reported: what that opens is the client's own, and nothing of its people. */
  bySecret: boolean;
};

export type IncidentStep = {
  step: Step;
  doneAt: string | null;
  doneBy: { id: string; name: string } | null;
  what: string | null;
};

export type IncidentNote = {
  id: string;
  step: Step;
  text: string;
  /** The use that it marks. */
  useId: string | null;
  at: string;
  by: { id: string; name: string };
};

/** A secret of this product that a scanner reported into a case: never its value. */
export type OwnSecretOfCase = {
  kind: OwnSecretKind;
  /** The API token, verifier or scanner whose it is. */
  ownerId: string;
  /** Whose it is, in words. */
  name: string;
  /** Its last four characters; null in reports from before that was kept. */
  hint: string | null;
  works: boolean;
  /** When it ends, or ended, by itself; null where it does not, or that is not known. */
  until: string | null;
  /** Refused for nothing but that its verifier or scanner is disabled, or whoever made the API token cannot sign in; packs from before do not have it. */
  isHeld: boolean;
};

/** "the API token deploy (…ab12)" */
export function ownSecretWords({ name, hint }: Pick<OwnSecretOfCase, "name" | "hint">): string {
  return hint === null ? name : `${name} (…${hint})`;
}

const HELD_BY: Record<OwnSecretKind, string> = {
  api_token: "while whoever made it cannot sign in: it works again when they can. Revoke it.",
  verifier_secret: "while the verifier is disabled: it works again when that is enabled. End the secret.",
  scanner_secret: "while the scanner is disabled: it works again when that is enabled. End the secret.",
};

/** What of this product leaked and is only held: refused now, and nothing ended. */
export function ownHeldWords(secret: Pick<OwnSecretOfCase, "kind" | "name" | "hint">): string {
  return `What leaked of this product, ${ownSecretWords(secret)}, is refused only ${HELD_BY[secret.kind]}`;
}

/** The same of a client's. */
export function clientHeldWords(clientId: string): string {
  return `A secret of ${clientId} that leaked is refused only while the client is disabled: it gets tokens again when that is enabled. End the secret.`;
}

/** Tokens of a contained case that work all the same: given back, renewed, or put into it since. */
export type WorkingAgain = {
  tokens: number;
  isCut: boolean;
  /** Clients, by client id, that still get tokens by a secret that leaked. */
  secrets: string[];
  /** Secrets of this product that leaked and work, in words. */
  ownSecrets: string[];
};

export type IncidentDetail = IncidentRow & {
  /** Whether `compromisedFrom` is what the product suggests; false: a person set it. */
  isSuggested: boolean;
  compromisedWhy: string;
  version: number;
  /** Those that are no tokens, and the first of the tokens; `subjects` counts them all. */
  named: IncidentSubject[];
  steps: IncidentStep[];
  /** Of this product, reported by scanners; those that work keep the case open. */
  ownSecrets: OwnSecretOfCase[];
  /** Set where it was contained, or containing was ticked off, and something of it works now. */
  worksAgain: WorkingAgain | null;
  /** Oldest first, the newest NOTES_MAX. */
  notes: IncidentNote[];
};

/** The tokens of a case: those that were named, and all of their families; of users and clients those that lived in the window. */
export type IncidentTokens = {
  rows: TokenRow[];
  /** Of those that work or are suspended, as many as one order takes by name: the rest comes with the next. */
  liveIds: string[];
  /** By state, over all of them. */
  states: Record<string, number>;
  total: number;
  /** Whether there are more than CASE_TOKENS_MAX: those that were named count first, then live ones, then the newest. */
  isCut: boolean;
};

/** An order of a case: placed in it, or one that holds its tokens all the same. */
export type IncidentOrder = OrderRow & { isOfCase: boolean };

/** Newest first; `leftOut` are not listed, those of other places first. */
export type IncidentOrders = { rows: IncidentOrder[]; leftOut: number };

/** A client's new secret that was given in a case. */
export type Reissue = { clientId: string; client: string; hint: string; at: string; by: string };

/** What the owner of a leaked token is told: `noticeText` makes the mail of it, and the preview. */
export type NoticeFacts = {
  organisation: string;
  caseNumber: number;
  recipient: { kind: "user" | "client"; name: string };
  /** Of a client: its secret was found, and its tokens are what was got with it. */
  bySecret: boolean;
  /** The newest of them; one that is only suspended does not work, and can be given back. */
  tokens: {
    kind: "access" | "refresh";
    client: string;
    issuedAt: string;
    works: boolean;
    isSuspended: boolean;
  }[];
  /** How many more there are. */
  more: number;
};

/** Tokens that one notice lists. */
export const NOTICE_TOKENS = 10;
export const NOTICE_NOTE_MAX = 1_000;

/** Owners that a case lists, and tells at once. */
export const NOTICE_RECIPIENTS_MAX = 50;

/** Somebody who owns tokens of a case: their user, or the team of a client without users. */
export type NoticeRecipient = {
  kind: "user" | "client";
  id: string;
  name: string;
  address: string | null;
  /** Of the case, how many are theirs. */
  tokens: number;
  /** Why they cannot be told by e-mail; null where they can. */
  whyNot: string | null;
  /** What `noticeText` makes the mail of. */
  facts: NoticeFacts;
  /** Goes with the order to tell them: it is refused where address or facts are others by then. */
  seen: string;
};

/** Newest mails first. */
export type IncidentNotices = { hasMailServer: boolean; recipients: NoticeRecipient[]; mails: MailRow[] };

export type Counted = { value: number; isExact: boolean };

/** What whoever has a leaked secret of a client gets by it alone. */
export type OpenedBySecret = {
  clientId: string;
  name: string;
  /** Whether a secret that may have leaked still gets tokens. */
  isTaken: boolean;
  /** Whether one has not ended, and is refused only while the client is disabled. */
  isHeld: boolean;
  /** Whether the client gets tokens by its secret alone (client credentials); else it takes a stolen code or refresh token beside it. */
  isEnough: boolean;
  /** Of the client: what it may ask for. */
  permissions: string[];
  audiences: string[];
};

/** An API token that was reported into a case, or was made with one at whatever depth. */
export type LeakedApiToken = Pick<
  ApiTokenRow,
  | "id"
  | "name"
  | "role"
  | "state"
  | "madeByToken"
  | "createdAt"
  | "expiresAt"
  | "revokedAt"
  | "lastUsedAt"
  | "lastUsedIp"
> & { isReported: boolean };

/** Those reported first, then what was made with them, the oldest first; `more` are not listed. */
export type LeakedApiTokens = { rows: LeakedApiToken[]; more: number };

/** What the tokens of a case open, and what hangs on them. */
export type BlastRadius = {
  /** Of clients of which a secret was reported into the case. */
  secrets: OpenedBySecret[];
  /** API tokens that were reported into the case, and those that were made with them; packs from before do not have it. */
  apiTokens?: LeakedApiTokens;
  permissions: { name: string; tokens: number; live: number }[];
  audiences: { name: string; tokens: number; live: number }[];
  /** Verifiers that answer for those audiences. */
  verifiers: { id: string; name: string; audiences: string[]; acceptsUntil: string | null }[];
  users: { id: string; name: string; isInCase: boolean; liveTokens: number | null }[];
  clients: { id: string; name: string; isInCase: boolean; liveTokens: number | null }[];
  /** Live tokens of the same sign-on sessions that are not of the case. */
  sessions: { uid: string; liveTokens: number }[];
  liveTokens: number;
  /** How many of each list are left out. */
  more: { users: number; clients: number; sessions: number };
};

/** How a use stands to the window of the case. */
export const PHASES = ["before", "during", "accepted_after", "refused_after"] as const;
export type Phase = (typeof PHASES)[number];

export const PHASE_WORDS: Record<Phase, { name: string; means: string }> = {
  before: { name: "Before", means: "Before the tokens are taken to have been in other hands." },
  during: { name: "During", means: "From then on, as long as each token worked." },
  accepted_after: { name: "Allowed after", means: "Allowed while the token was revoked or suspended." },
  refused_after: {
    name: "Refused after",
    means: "Tried again while the token was suspended or after it had ended, and refused.",
  },
};

export type IncidentUse = TokenUseRow & { phase: Phase; isMarked: boolean };

export type PhaseCount = { uses: number; allowed: number; refused: number; issued: number };

/** Uses of the case's tokens. */
export type IncidentUses = {
  compromisedFrom: string;
  /** By how much the clock of a verifier that reports may differ: within it of an edge a use counts as during the window, and not as accepted after. */
  toleranceSeconds: number;
  counts: Record<Phase, PhaseCount>;
  /** False where there are more than were looked at: then the newest count. */
  isExact: boolean;
  /** How many uses are looked at, of each token and of all; of how many tokens there are more, and at how many it was not looked any more. */
  bounds: { ofToken: number; inAll: number; tokensCut: number; tokensLeftOut: number };
  /** Where from, by phase. */
  map: UseMap;
  /** The newest of each phase, newest first over all. */
  rows: IncidentUse[];
  /** By phase, how many more there are than rows. */
  more: Record<Phase, number>;
};

/** A window as a case would have it, without one. */
export type CompromiseWindow = Omit<IncidentUses, "rows" | "more"> & {
  isSuggested: boolean;
  /** What the log tells for it; null where somebody chose it. */
  why: string | null;
  /** Those that were looked at: of a person or client those that lived in the window. */
  tokens: number;
};

/**
 * What one pasted value is. `suspended`: it is refused now, and works again where it is restored, the suspension ends, its client, verifier or scanner is enabled, or whoever made the API token can sign in again. `differs`: it names a token that is on record, and its value is another: its signature was cut or changed, and the token has leaked
 * all the same. `foreign`: it names nothing that is on record.
 */
export const FOUND_AS = ["live", "suspended", "differs", "ended", "left", "foreign"] as const;
export type FoundAs = (typeof FOUND_AS)[number];

/** A case as it is named elsewhere. */
export type CaseName = { number: number; title: string; state: IncidentState };

/** A client's secret that was pasted, as its SHA-256: whose it is and what it gets, by the client's registration of now. */
export type IdentifiedSecret = {
  id: string;
  hint: string;
  clientId: string;
  clientName: string;
  clientUuid: string;
  /** Whether the client gets tokens for itself: whoever has the secret needs nothing more. */
  isEnough: boolean;
  permissions: string[];
  audiences: string[];
  /** Null where it does not end by itself. */
  expiresAt: string | null;
  /** Those that are not closed and hold it already, the newest first. */
  cases: CaseName[];
};

/** A secret of the product's own that was pasted, as its SHA-256. */
export type IdentifiedOwnSecret = {
  kind: OwnSecretKind;
  /** Whose it is, in words. */
  name: string;
  /** Its last four characters. */
  hint: string;
  /** The API token, verifier or scanner on whose page it is ended; null where the reader may not see that, and no open case tells them. */
  ownerId: string | null;
  /** When it ends by itself; null also where `ownerId` is. */
  expiresAt: string | null;
  /** Those that are not closed and hold it already, the newest first. */
  cases: CaseName[];
};

export type IdentifiedValue = {
  is: FoundAs;
  /** Of what is on record, or was. */
  token: {
    id: string;
    familyId: string | null;
    kind: string;
    format: string | null;
    state: string | null;
    holder: string;
    client: string;
    expiresAt: string | null;
    /** Those that are not closed and hold it already, the newest first. */
    cases: CaseName[];
  } | null;
  /** Of a client's secret: `live` gets tokens, `suspended` gets none while its client is disabled, `ended` does not. */
  secret: IdentifiedSecret | null;
  /** Of a secret of the product's own: `live` opens what it is for, `suspended` is refused while whose it is is disabled or cannot sign in, `ended` does not. */
  own: IdentifiedOwnSecret | null;
};

/** Where people see a case's page. */
export function incidentHref(number: number): string {
  return `/incidents/${number}`;
}

/** What an evidence pack is written as: a page with its JSON inside, or the JSON alone. */
export const PACK_FORMATS = ["html", "json"] as const;
export type PackFormat = (typeof PACK_FORMATS)[number];
export const PACK_FORMAT_WORDS: Record<PackFormat, string> = { html: "HTML", json: "JSON" };

/** Tokens that a pack lists; all of them are counted. */
export const PACK_TOKENS_MAX = 1_000;
/** A pack that was let out and that nobody fetches is over after this time. */
export const PACK_FETCH_SECONDS = 60;

/** A pack that may be fetched, once, by who asked for it. Times are ISO 8601 in UTC. */
export type EvidenceFile = { id: string; number: number; format: PackFormat; fetchUntil: string };

/** Where a pack that was let out is fetched. */
export function evidenceFilePath({ number, id }: Pick<EvidenceFile, "number" | "id">) {
  return `/api/v1/incidents/${number}/evidence/${id}` as const;
}
