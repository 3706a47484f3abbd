import type { Role } from "../authz/roles.ts";
import type { SignInMethod } from "../step-up/model.ts";

/** People of the console; browser-safe. Times are ISO 8601 in UTC. */
export const ADMIN_STATES = ["active", "invited", "enrolling", "shut_out", "disabled"] as const;
/** `invited` has yet to use their link, `enrolling` has a password and no second factor yet, `shut_out` is enabled and cannot come in all the same. */
export type AdminState = (typeof ADMIN_STATES)[number];

/** Why somebody who is enabled cannot come in. */
export const SHUT_OUTS = ["local_off", "provider_off", "let_go", "no_way_in"] as const;
export type ShutOut = (typeof SHUT_OUTS)[number];
export const SHUT_OUT_WORDS: Record<ShutOut, string> = {
  local_off: "Cannot sign in: sign-in without a provider is off, and they are no break-glass owner.",
  provider_off: "Cannot sign in: the provider that they come in by is disabled.",
  let_go: "Cannot sign in: their provider gives them no role any more.",
  no_way_in: "Cannot sign in: the provider that they came in by is removed. Give them another way.",
};

/** Why an invitation that nobody has used works no more before its time: who made it does not invite any more. */
export const INVITATION_ENDS = [
  "api_token_revoked",
  "inviter_disabled",
  "inviter_role",
  "inviter_out",
] as const;
export type InvitationEnd = (typeof INVITATION_ENDS)[number];
/** To who opens it: whoever has it is told of nobody. */
export const INVITATION_END_WORDS: Record<InvitationEnd, string> = {
  api_token_revoked: "The API token that it was made with was revoked.",
  inviter_disabled: "Whoever made it was disabled.",
  inviter_role: "Whoever made it has another role, and may invite nobody any more.",
  inviter_out: "Whoever made it cannot sign in themselves.",
};

/** How many API tokens work again with who made them. */
export function tokensBackWords(count: number): string {
  if (count === 0) return "No API token of theirs works again.";
  if (count === 1) return "1 API token that they made works again at once.";
  return `${count.toLocaleString("en")} API tokens that they made work again at once.`;
}

export type AdminRow = {
  id: string;
  email: string;
  name: string;
  role: Role;
  state: AdminState;
  /** Why they cannot come in, of one who is shut out. */
  shutOut: ShutOut | null;
  /** Why the invitation or link that they have yet to use works no more, where it does not; null too where there is none. */
  invitationEnd: InvitationEnd | null;
  createdAt: string;
  lastSignInAt: string | null;
  /** Sessions that are live now. */
  sessions: number;
  /** By which they come in, and have their role; null: with a password and a factor, or a passkey. */
  provider: { id: string; name: string } | null;
  /** May come in without a provider whatever is set. */
  isBreakGlass: boolean;
};

/** A live session of the console. */
export type AdminSessionRow = {
  id: string;
  /** The one that asks. */
  isCurrent: boolean;
  /** What its browser calls itself, in words. */
  device: string;
  ip: string | null;
  /** Of the address, ISO 3166-1 alpha-2. */
  country: string | null;
  /** Null for one from before it was kept. */
  signedInBy: SignInMethod | null;
  /** Of which provider, where they came in by one. */
  provider: { id: string; name: string } | null;
  /** Without a provider while that was off. */
  isBreakGlass: boolean;
  createdAt: string;
  /** To the minute. */
  lastSeenAt: string;
  /** When it ends if nothing more is done in it. */
  endsAt: string;
};

/** Sessions of one admin that are listed; the others are in the total. */
export const SESSIONS_SHOWN = 100;

export type AdminSessions = {
  rows: AdminSessionRow[];
  /** All that live. */
  total: number;
};

/** A one-time link on its way out: shown once, stored hashed. */
export type OneTimeLink = { url: string; expiresAt: string };

/** What the page of a link needs to know before anything is typed. */
export type InspectedLink =
  | { kind: "owner"; expiresAt: string }
  | { kind: "admin"; expiresAt: string; email: string; name: string; role: Role };

/** A second factor on offer. `enrolment` is sealed: hand it back unchanged with the code. */
export type TotpOffer = { enrolment: string; totpSecret: string; otpauthUrl: string; expiresAt: string };

export const ADMIN_PASSWORD_MIN = 12;
export const ADMIN_PASSWORD_MAX = 256;
export const ADMIN_NAME_MAX = 120;
export const SETUP_LINK_SECONDS = 3600;
export const INVITATION_SECONDS = 72 * 3600;
export const ADMIN_SESSION_IDLE_SECONDS = 1800;
export const ADMIN_SESSION_ABSOLUTE_SECONDS = 36_000;

/** Failures in a window: of an account in all, but for each address that it came from lately, which has as many of its own; and of an address. */
export const SIGN_IN_LIMITS = { windowSeconds: 900, perAccount: 10, perAddress: 50 } as const;

/** The admin whose address another one is read as. */
export type LookAlike = { id: string; email: string; name: string };

/** What is to be said of an address before somebody is invited under it. */
export type ComparedAddress = { isTaken: boolean; looksLike: LookAlike | null };
