import type { Permission, Role } from "../authz/roles.ts";

/** What admins are told of; browser-safe. Times are ISO 8601 in UTC. */
export const NOTIFICATION_KINDS = [
  "approval_waiting",
  "approval_decided",
  "break_glass_used",
  "detection_critical",
  "detection_high",
  "detection_medium",
  "detection_low",
  "rotation_overdue",
  "verifier_behind",
  "stream_behind",
  "clock_wrong",
  "own_secret_leaked",
  "sign_in_new_place",
  "way_in_changed",
  "passkey_cloned",
  "api_token_expiring",
  "settings_changed",
  "owner_by_provider",
  "admin_by_provider",
  "look_alike_invited",
] as const;
export type NotificationKind = (typeof NOTIFICATION_KINDS)[number];

/** How a person is told. The webhook is the organisation's, and not a person's. */
export const CHANNELS = ["console", "mail"] as const;
export type Channel = (typeof CHANNELS)[number];
export const CHANNEL_WORDS: Record<Channel, string> = { console: "Console", mail: "E-mail" };

export const TONES = ["good", "information", "warning", "danger"] as const;
export type Tone = (typeof TONES)[number];

/** What shares the mails of an hour: a flood of one leaves the others theirs. */
export const MAIL_BUDGETS = ["approvals", "detections", "conditions"] as const;
export type MailBudget = (typeof MAIL_BUDGETS)[number];
export const MAIL_BUDGET_WORDS: Record<MailBudget, string> = {
  approvals: "approvals",
  detections: "detections",
  conditions: "what is behind, ends or was changed",
};

/** Whose it is to know, and what is so unless somebody wants it otherwise. */
export type KindDeclaration = {
  name: string;
  /** When it is told, as the end of "you are told when". */
  means: string;
  /** What it takes to see what it is about; null: it is of its reader alone. */
  needs: Permission | null;
  tone: Tone;
  defaults: Record<Channel, boolean>;
  /** For whom no channel of it can be turned off. */
  alwaysFor: readonly Role[] | "all";
  /** What its mails of an hour are counted with; null: an alarm, which is held to no bound. */
  budget: MailBudget | null;
};

const QUIET = { console: true, mail: false };
const LOUD = { console: true, mail: true };

export const KINDS: Record<NotificationKind, KindDeclaration> = {
  approval_waiting: {
    name: "Approvals that wait",
    means: "an act waits for a second person who may be you",
    needs: "overview:read",
    tone: "warning",
    defaults: LOUD,
    alwaysFor: [],
    budget: "approvals",
  },
  approval_decided: {
    name: "Approvals decided",
    means: "what you asked for was approved, declined or has lapsed",
    needs: "overview:read",
    tone: "information",
    defaults: LOUD,
    alwaysFor: [],
    budget: "approvals",
  },
  break_glass_used: {
    name: "Break-glass",
    means:
      "somebody did without an approval what needs one, or signed in without a provider while that is off",
    needs: "admin:read",
    tone: "danger",
    defaults: LOUD,
    alwaysFor: ["owner"],
    budget: null,
  },
  detection_critical: {
    name: "Critical detections",
    means: "something critical is found in how tokens are used",
    needs: "detection:read",
    tone: "danger",
    defaults: LOUD,
    alwaysFor: [],
    budget: "detections",
  },
  detection_high: {
    name: "High detections",
    means: "something of high severity is found",
    needs: "detection:read",
    tone: "danger",
    defaults: LOUD,
    alwaysFor: [],
    budget: "detections",
  },
  detection_medium: {
    name: "Medium detections",
    means: "something of medium severity is found",
    needs: "detection:read",
    tone: "warning",
    defaults: QUIET,
    alwaysFor: [],
    budget: "detections",
  },
  detection_low: {
    name: "Low detections",
    means: "something of low severity is found",
    needs: "detection:read",
    tone: "information",
    defaults: { console: false, mail: false },
    alwaysFor: [],
    budget: "detections",
  },
  rotation_overdue: {
    name: "Overdue rotation",
    means: "a signing key signs for longer than its policy says, and when that is over",
    needs: "key:read",
    tone: "warning",
    defaults: LOUD,
    alwaysFor: [],
    budget: "conditions",
  },
  verifier_behind: {
    name: "Verifiers behind",
    means: "a verifier is behind or silent for a minute, and when that is over",
    needs: "verifier:read",
    tone: "warning",
    defaults: QUIET,
    alwaysFor: [],
    budget: "conditions",
  },
  stream_behind: {
    name: "Streams behind",
    means: "a stream of the audit fails, is behind or was paused by itself, and when that is over",
    needs: "audit:read",
    tone: "warning",
    defaults: QUIET,
    alwaysFor: [],
    budget: "conditions",
  },
  clock_wrong: {
    name: "Clocks that are wrong",
    means: "a clock jumps, or is not that of what is on record, and when that is over",
    needs: "audit:read",
    tone: "danger",
    defaults: LOUD,
    alwaysFor: ["owner"],
    budget: "conditions",
  },
  own_secret_leaked: {
    name: "Leaked secrets of this product",
    means: "a scanner finds an API token, or a secret of a verifier or scanner",
    needs: "incident:read",
    tone: "danger",
    defaults: LOUD,
    alwaysFor: ["owner"],
    budget: null,
  },
  sign_in_new_place: {
    name: "Your sign-in from a new place",
    means: "somebody signs in as you from a country or with a device that was not seen before",
    needs: null,
    tone: "warning",
    defaults: LOUD,
    alwaysFor: "all",
    budget: null,
  },
  way_in_changed: {
    name: "Your ways in",
    means:
      "your password, a passkey, your authenticator app, a recovery code, your provider or your role is changed or used up, by you or by another, or your account is disabled or enabled",
    needs: null,
    tone: "information",
    defaults: LOUD,
    alwaysFor: "all",
    budget: null,
  },
  passkey_cloned: {
    name: "Copied passkeys",
    means: "a copy of a passkey shows, of yours or, if you are an owner, of anybody",
    needs: "overview:read",
    tone: "danger",
    defaults: LOUD,
    alwaysFor: "all",
    budget: null,
  },
  api_token_expiring: {
    name: "API tokens that end soon",
    means: "an API token ends within a week, and again on its last day",
    needs: "api-token:read",
    tone: "warning",
    defaults: LOUD,
    alwaysFor: [],
    budget: "conditions",
  },
  settings_changed: {
    name: "Owners' settings changed",
    means: "somebody else changes where mail, events or notifications are sent",
    needs: "admin:read",
    tone: "information",
    defaults: QUIET,
    alwaysFor: [],
    budget: "conditions",
  },
  owner_by_provider: {
    name: "Owners by a provider",
    means: "somebody's groups at a provider make them an owner at their sign-in",
    needs: "admin:read",
    tone: "danger",
    defaults: LOUD,
    alwaysFor: ["owner"],
    budget: null,
  },
  admin_by_provider: {
    name: "New admins by a provider",
    means: "somebody whom nobody invited comes in by a provider, and becomes an admin",
    needs: "admin:read",
    tone: "warning",
    defaults: LOUD,
    alwaysFor: [],
    budget: "conditions",
  },
  look_alike_invited: {
    name: "Look-alike addresses",
    means: "somebody else invites an admin under an address that is easily read as another admin's",
    needs: "admin:read",
    tone: "warning",
    defaults: LOUD,
    alwaysFor: [],
    budget: "conditions",
  },
};

/** What leaves by webhook: nothing that is one person's alone. */
export const WEBHOOK_KINDS: readonly NotificationKind[] = NOTIFICATION_KINDS.filter(
  (kind) => KINDS[kind].needs !== null,
);

/** What leaves by it whatever was chosen. */
export const WEBHOOK_ALWAYS: readonly NotificationKind[] = WEBHOOK_KINDS.filter(
  (kind) => KINDS[kind].alwaysFor === "all",
);

export function isAlwaysOn(kind: NotificationKind, role: Role): boolean {
  const { alwaysFor } = KINDS[kind];
  return alwaysFor === "all" || alwaysFor.includes(role);
}

/** What is chosen, by kind and channel; what is not named is as it would be. */
export type Choices = Partial<Record<NotificationKind, Partial<Record<Channel, boolean>>>>;

/** What is so for somebody: what cannot be turned off, what they chose, the organisation's default, what it comes with. */
export function isOn(
  { kind, channel }: { kind: NotificationKind; channel: Channel },
  { role, own, defaults }: { role: Role; own: Choices; defaults: Choices },
): boolean {
  if (isAlwaysOn(kind, role)) return true;
  return own[kind]?.[channel] ?? defaults[kind]?.[channel] ?? KINDS[kind].defaults[channel];
}

export const TITLE_MAX = 160;
export const TEXT_MAX = 600;
/** How long a notification stays. */
export const KEPT_DAYS = 90;
/** Mails of one budget to one admin within an hour: what is beyond them is in the console, and told as a number by one mail when the hour is over. */
export const MAILS_PER_HOUR = 30;

export type NotificationRow = {
  id: string;
  kind: NotificationKind;
  at: string;
  tone: Tone;
  title: string;
  text: string;
  /** Where in the console the thing is; null where there is no page of it. */
  path: string | null;
  subject: { kind: string; id: string; name: string };
  actorName: string;
  readAt: string | null;
};

/** Newest first; `next` is where the page after this one begins. */
export type NotificationPage = { rows: NotificationRow[]; next: string | null; unread: number };

/** The organisation's defaults; what is not named is as it comes. */
export type NotificationDefaults = { defaults: Choices; updatedAt: string; version: number };

/** Notifications of a batch of the webhook. */
export const WEBHOOK_BATCH = 50;
/** Seconds between two tests of the webhook. */
export const WEBHOOK_TEST_EVERY_SECONDS = 5;

export type WebhookStatus = "running" | "paused";

export type NotificationWebhook = {
  /** Null: there is none. */
  url: string | null;
  /** What was chosen; what of WEBHOOK_ALWAYS is not among them is sent all the same. */
  kinds: NotificationKind[];
  status: WebhookStatus;
  statusReason: string;
  hasAuthorization: boolean;
  /** Until when the key before the present one still signs too. */
  previousSecretUntil: string | null;
  /** What it has still to send, and since when the oldest of it waits. */
  lag: { count: number; since: string | null };
  delivered: number;
  lastDeliveredAt: string | null;
  lastError: string | null;
  lastErrorAt: string | null;
  /** In a row. */
  failures: number;
  nextAttemptAt: string | null;
  testedAt: string | null;
  updatedAt: string;
  version: number;
};

/** The key of the signatures is in this answer alone; null where it is the one from before. */
export type SavedWebhook = { webhook: NotificationWebhook; secret: string | null };
/** What became of a test: whether it was taken, and what was said, in words. */
export type TestedWebhook = { webhook: NotificationWebhook; isTaken: boolean; answer: string };

/** One line of a person's choices. */
export type ChoiceRow = {
  kind: NotificationKind;
  /** Whether it cannot be turned off by this person. */
  isAlways: boolean;
  channels: Record<Channel, { isOn: boolean; isOwn: boolean }>;
};

export type OwnChoices = {
  rows: ChoiceRow[];
  /** Why no mail reaches them, in a sentence; null where it does. */
  whyNoMail: string | null;
};
