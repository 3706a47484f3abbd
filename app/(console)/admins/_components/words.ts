import type { BadgeState } from "#components/display/state-badge.tsx";
import {
  type AdminRow,
  type AdminState,
  INVITATION_END_WORDS,
  type InvitationEnd,
  SHUT_OUT_WORDS,
  type ShutOut,
  tokensBackWords,
} from "#lib/admins/model.ts";

export const ADMIN_BADGES: Record<AdminState, { badge: BadgeState; word: string; means: string }> = {
  active: { badge: "enabled", word: "Enabled", means: "Can sign in" },
  invited: { badge: "standby", word: "Invited", means: "Has yet to use the one-time link" },
  enrolling: {
    badge: "suspended",
    word: "No second factor",
    means: "Sets up the second factor at the next sign-in",
  },
  shut_out: { badge: "suspended", word: "Cannot sign in", means: "Enabled, but has no way in now" },
  disabled: { badge: "disabled", word: "Disabled", means: "Cannot sign in" },
};

/** What a state means, of somebody who cannot come in, or whose invitation works no more, with why. */
export function stateMeans({
  state,
  shutOut,
  invitationEnd,
}: Pick<AdminRow, "state" | "shutOut" | "invitationEnd">): string {
  if (invitationEnd !== null) return adminWords.invitationOver(INVITATION_END_WORDS[invitationEnd]);
  return shutOut === null ? ADMIN_BADGES[state].means : SHUT_OUT_WORDS[shutOut];
}

/** An address, and whose it is; of who is called as their address, that an admin has it. */
function whoseAddress({ email, name }: { email: string; name: string }): string {
  const isName = name.toLowerCase() === email.toLowerCase();
  return `${email}, which is ${isName ? "another admin's" : `${name}'s`}`;
}

/** Texts of the Admins area. */
export const adminWords = {
  title: "Admins",
  purpose: "People who may use this console, and what each role allows.",
  invite: "Invite an admin",
  roles: "Roles",
  all: "Admins",
  you: "you",
  /** Behind the state, where there is room for it. */
  whyShutOut: {
    local_off: "sign-in without a provider is off",
    provider_off: "their provider is disabled",
    let_go: "their provider gives them no role",
    no_way_in: "their provider is removed",
  } satisfies Record<ShutOut, string>,
  /** The same of an invitation that ended with who made it. */
  whyOver: {
    api_token_revoked: "invitation ended: its API token was revoked",
    inviter_disabled: "invitation ended: its maker was disabled",
    inviter_role: "invitation ended: its maker may invite nobody",
    inviter_out: "invitation stopped: its maker cannot sign in",
  } satisfies Record<InvitationEnd, string>,
  invitationOver: (why: string) => `The invitation works no more. ${why} Make a new one, or disable them.`,
  createTitle: "Invite an admin",
  createPurpose:
    "They get a one-time link to set their own password and second factor. It is good for 72 hours.",
  createPurposeByProvider:
    "By a provider they come in within seven days; otherwise they get a one-time link, good for 72 hours, to set their own password and second factor.",
  identity: "Person",
  identityHelp: "The e-mail is the sign-in name. Nothing is sent: hand the link over yourself.",
  identityHelpByProvider:
    "The address that the provider has verified to be theirs. Nothing is sent: tell them yourself.",
  name: "Name",
  email: "E-mail",
  role: "Role",
  roleHelp: "What they may see and do. It can be changed later; their sessions end then.",
  create: "Invite",
  way: "How they come in",
  wayHelp:
    "By a provider, the first of its people whose address it has verified to be this very one becomes this admin: letter by letter, upper and lower case too.",
  local: "With a password and code of this console",
  roleByProvider: "The provider's rules under Settings, Sign-in decide, at each sign-in.",
  roleFrom: (provider: string) => `What they are at ${provider}.`,
  invitedAt: (name: string, provider: string) =>
    `${name} signs in with ${provider} within seven days, here. Nothing is sent: tell them.`,
  comesBy: "Comes in by",
  breakGlass: "Break-glass owner",
  newInvitation: "Link anew…",
  newInvitationTitle: (name: string) => `Link ${name} anew?`,
  newInvitationText:
    "Their sessions end. The next of the provider's people who comes with the very address that they were invited under, verified there, becomes this admin.",
  newInvitationAct: "End them and link anew",
  invited: "Hand this link over",
  invitedText: (name: string) => `${name} opens it to set a password and a second factor. It works once.`,
  isTaken: "An admin has this address already.",
  looksLikeNow: ({ email, name }: { email: string; name: string }) =>
    `Easily read as ${whoseAddress({ email, name })}. Look twice: whoever approves or gives roles may take one for the other. You may go on; it is put on record, and the other owners are told.`,
  looksAlike: "The address looks like another admin's",
  looksLike: (email: string, other: { email: string; name: string }) =>
    `${email} is easily read as ${whoseAddress(other)}. If it is the same person, or not whom you meant, disable the new one. It is on record.`,
  link: "One-time link",
  linkLost: "If it is lost, make a new one: the old one stops working.",
  back: "Back to admins",
  one: "Admin",
  facts: "Account",
  factors: "How they sign in",
  passkeys: "Passkeys",
  noPasskeys: "none",
  blocked: "Blocked: a copy of it was used",
  password: "Password",
  passwordSet: "set",
  passwordNoUse: {
    by_provider: "none: they sign in by a provider",
    local_off: "lets them in nowhere: sign-in without a provider is off",
    none: "not set",
  },
  authenticator: "Authenticator app",
  isSetUp: "set up",
  isNotSetUp: "not set up",
  recoveryCodes: "Recovery codes",
  codesLeft: (left: number, made: number) => (made === 0 ? "none" : `${left} of ${made} left`),
  lastSignIn: "Last sign-in",
  since: "Admin since",
  sessions: "Where they are signed in",
  noSessions: "They are not signed in anywhere.",
  actions: (name: string) => `Actions upon ${name}`,
  changeRole: "Change role…",
  newLink: "New one-time link…",
  endSessions: "End all sessions…",
  disable: "Disable…",
  enable: "Enable…",
  save: "Save",
  roleTitle: (name: string) => `Role of ${name}`,
  roleEffect:
    "Their sessions end at once, so that nothing goes on under the old role; as anything but an owner, invitations that they made and nobody has used too.",
  roleSaved: "The role is changed.",
  linkTitle: (name: string) => `New one-time link for ${name}?`,
  linkText:
    "Their password, authenticator app, passkeys, recovery codes and sessions end now. With the link they set new ones.",
  linkAct: "End them and make the link",
  sessionsTitle: (name: string) => `End all sessions of ${name}?`,
  sessionsText: (count: number) =>
    `${count === 1 ? "One session ends" : `${count} sessions end`} at once. They can sign in again.`,
  sessionsAct: "End all sessions",
  sessionsEnded: "Their sessions are ended.",
  disableTitle: (name: string) => `Disable ${name}?`,
  disableText:
    "Their sessions end at once and they cannot sign in. API tokens that they made stop with them; invitations that they made and nobody has used, and what waits in their name for a second person, end.",
  disableAct: "Disable the admin",
  disabled: (name: string) => `${name} is disabled.`,
  enableTitle: (name: string) => `Enable ${name}?`,
  enableText: (apiTokens: number) =>
    `They can sign in again with what they had. ${tokensBackWords(apiTokens)}`,
  enableAct: "Enable the admin",
  enabled: (name: string) => `${name} is enabled.`,
};
