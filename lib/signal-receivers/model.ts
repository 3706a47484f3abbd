import { CREDENTIAL_COMPROMISE, SESSION_REVOKED, TOKEN_CLAIMS_CHANGE } from "../signals/model.ts";

/** Peers whose security events are taken in and turned into orders; browser-safe. Times are ISO 8601 in UTC. */
const RISC = "https://schemas.openid.net/secevent/risc/event-type/";
const CAEP = "https://schemas.openid.net/secevent/caep/event-type/";

/** What something can be done at. Everything else is taken in and ignored. */
export const RECEIVED_EVENTS = [
  SESSION_REVOKED,
  CREDENTIAL_COMPROMISE,
  `${CAEP}credential-change`,
  TOKEN_CLAIMS_CHANGE,
  `${CAEP}device-compliance-change`,
  `${RISC}account-disabled`,
  `${RISC}account-purged`,
  `${RISC}account-credential-change-required`,
] as const;
export type ReceivedEvent = (typeof RECEIVED_EVENTS)[number];

export const RECEIVED_EVENT_WORDS: Record<ReceivedEvent, string> = {
  [SESSION_REVOKED]: "Session revoked",
  [CREDENTIAL_COMPROMISE]: "Credential compromise",
  "https://schemas.openid.net/secevent/caep/event-type/credential-change": "Credential change",
  [TOKEN_CLAIMS_CHANGE]: "Token claims change",
  "https://schemas.openid.net/secevent/caep/event-type/device-compliance-change": "Device compliance change",
  "https://schemas.openid.net/secevent/risc/event-type/account-disabled": "Account disabled",
  "https://schemas.openid.net/secevent/risc/event-type/account-purged": "Account purged",
  "https://schemas.openid.net/secevent/risc/event-type/account-credential-change-required":
    "Account credential change required",
};

export const ACTIONS = ["ignore", "suspend", "revoke"] as const;
export type Action = (typeof ACTIONS)[number];
export const ACTION_WORDS: Record<Action, { name: string; means: string }> = {
  ignore: { name: "Ignore", means: "It is on record, and nothing else is done." },
  suspend: { name: "Suspend", means: "The user's tokens are suspended for some hours." },
  revoke: { name: "Revoke", means: "The user's tokens are revoked and their sessions end." },
};

/** Hours that a peer can suspend for. */
export const SUSPEND_HOURS = { min: 1, max: 720 } as const;

export type Policy = { eventType: ReceivedEvent; action: Action; hours: number | null };

export const SUBJECT_BYS = ["email", "user_id", "attribute"] as const;
export type SubjectBy = (typeof SUBJECT_BYS)[number];
export const SUBJECT_BY_WORDS: Record<SubjectBy, { name: string; means: string }> = {
  email: { name: "E-mail address", means: "The subject is an e-mail address that a user here has." },
  user_id: { name: "User's id", means: "The subject is the id that the user has here." },
  attribute: {
    name: "An attribute",
    means: "The subject stands in an attribute of the user, such as external_id.",
  },
};

/** How old an event may be, and how long it is remembered that it came. */
export const MAX_AGE_DAYS = 7;
export const RECEIVERS_MAX = 100;

export const OUTCOMES = [
  "revoked",
  "suspended",
  "ignored",
  "unknown_subject",
  "unsupported",
  "verified",
  "echo",
] as const;
export type Outcome = (typeof OUTCOMES)[number];
export const OUTCOME_WORDS: Record<Outcome, string> = {
  revoked: "Revoked the user's tokens",
  suspended: "Suspended the user's tokens",
  ignored: "Ignored, by its policy",
  unknown_subject: "Ignored: nobody here is its subject",
  unsupported: "Ignored: nothing is done at such events",
  verified: "A test",
  echo: "Ignored: it came of an order that is here already",
};

export type ReceiverRow = {
  id: string;
  name: string;
  state: "enabled" | "disabled";
  issuer: string;
  jwksUrl: string;
  audience: string;
  subjectBy: SubjectBy;
  attribute: string | null;
  /** One for each event at which something is done. */
  policies: Policy[];
  /** The verifier whose streams lead to this peer: they are not told of what its own events caused. */
  verifier: { id: string; name: string } | null;
  /** The last four characters of its secret. */
  hint: string;
  received: number;
  lastReceivedAt: string | null;
  lastError: string | null;
  lastErrorAt: string | null;
  createdAt: string;
  updatedAt: string;
  version: number;
};

export type ReceivedRow = {
  jti: string;
  eventType: string;
  issuedAt: string;
  receivedAt: string;
  outcome: Outcome;
  user: { id: string; email: string } | null;
  orderId: string | null;
};

export type ReceiverDetail = ReceiverRow & {
  /** The newest ones. */
  recent: ReceivedRow[];
};

/** The secret of a new or rotated receiver: shown once, kept nowhere. */
export type CreatedReceiver = { receiver: ReceiverDetail; secret: string };
