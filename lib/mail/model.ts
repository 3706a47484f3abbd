/** E-mail that this product sends; browser-safe. Times are ISO 8601 in UTC. */
export const MAIL_TLS = ["starttls", "tls", "plain"] as const;
export type MailTls = (typeof MAIL_TLS)[number];
export const MAIL_TLS_WORDS: Record<MailTls, { name: string; means: string; port: number }> = {
  starttls: {
    name: "STARTTLS",
    means: "Begins in the clear and is secured before anything is said: nothing is sent where that fails.",
    port: 587,
  },
  tls: { name: "TLS", means: "Secured from the first byte.", port: 465 },
  plain: { name: "None", means: "Only to a server that OUTBOUND_ALLOW names as smtp://host:port.", port: 25 },
};

export const MAIL_STATES = ["queued", "sent", "failed"] as const;
export type MailState = (typeof MAIL_STATES)[number];
export const MAIL_STATE_WORDS: Record<MailState, { name: string; means: string }> = {
  queued: { name: "Waiting", means: "It is sent as soon as the mail server takes it." },
  sent: {
    name: "Sent",
    means: "The mail server has taken it. Whether it was delivered or read, nobody here knows.",
  },
  failed: { name: "Failed", means: "It was given up." },
};

export const MAIL_KINDS = ["leak_notice", "notification"] as const;
export type MailKind = (typeof MAIL_KINDS)[number];

export const RECIPIENT_KINDS = ["user", "client", "admin"] as const;
export type RecipientKind = (typeof RECIPIENT_KINDS)[number];

/** How long a server is asked to take a mail. */
export const GIVE_UP_HOURS = 24;
/** Seconds between two tests of the settings. */
export const MAIL_TEST_EVERY_SECONDS = 5;
/** Mails that wait at once. */
export const QUEUED_MAX = 1_000;

export type MailSettings = {
  /** Null: no e-mail leaves. */
  server: {
    host: string;
    port: number;
    tls: MailTls;
    username: string | null;
    /** Whether a password is kept; it is never shown. */
    hasPassword: boolean;
    caPem: string | null;
    fromAddress: string;
    fromName: string;
  } | null;
  queued: number;
  failed: number;
  testedAt: string | null;
  updatedAt: string;
  version: number;
};

/** What became of a test: whether the server took it, and what it said, in words. */
export type TestedMail = { isTaken: boolean; answer: string };

export type MailRow = {
  id: string;
  kind: MailKind;
  toAddress: string;
  subject: string;
  recipient: { kind: RecipientKind; id: string; name: string };
  incidentNumber: number | null;
  state: MailState;
  attempts: number;
  /** Of one that waits: when it is tried. */
  nextAttemptAt: string | null;
  lastError: string | null;
  lastErrorAt: string | null;
  sentAt: string | null;
  createdAt: string;
  createdBy: string;
};

/** Newest first; `next` is where the page after this one begins. */
