import type { BadgeState } from "#components/display/state-badge.tsx";
import type { AdminState } from "#lib/admins/model.ts";

export const ADMIN_BADGES: Record<AdminState, { badge: BadgeState; word: string; means: string }> = {
  active: { badge: "enabled", word: "Active", means: "Can sign in" },
  invited: { badge: "standby", word: "Invited", means: "Has yet to use the one-time link" },
  enrolling: {
    badge: "suspended",
    word: "No second factor",
    means: "Sets up the second factor at the next sign-in",
  },
  disabled: { badge: "disabled", word: "Disabled", means: "Cannot sign in" },
};

/** Texts of the Admins area. */
export const adminWords = {
  title: "Admins",
  purpose: "People who may use this console, and what each role allows.",
  invite: "Invite an admin",
  roles: "Roles",
  all: "Admins",
  you: "you",
  createTitle: "Invite an admin",
  createPurpose:
    "They get a one-time link to set their own password and second factor. It is good for 72 hours.",
  identity: "Person",
  identityHelp: "The e-mail is the sign-in name. Nothing is sent: hand the link over yourself.",
  name: "Name",
  email: "E-mail",
  role: "Role",
  roleHelp: "What they may see and do. It can be changed later; their sessions end then.",
  create: "Invite",
  invited: "Hand this link over",
  invitedText: (name: string) => `${name} opens it to set a password and a second factor. It works once.`,
  link: "One-time link",
  linkLost: "If it is lost, make a new one: the old one stops working.",
  back: "Back to admins",
  done: "Done",
  actions: (name: string) => `Actions upon ${name}`,
  changeRole: "Change role…",
  newLink: "New one-time link…",
  endSessions: "End all sessions…",
  disable: "Disable…",
  enable: "Enable…",
  cancel: "Cancel",
  save: "Save",
  roleTitle: (name: string) => `Role of ${name}`,
  roleEffect: "Their sessions end at once, so that nothing goes on under the old role.",
  roleSaved: "The role is changed.",
  linkTitle: (name: string) => `New one-time link for ${name}?`,
  linkText: "Their password, second factor and sessions end now. With the link they set new ones.",
  linkAct: "End them and make the link",
  sessionsTitle: (name: string) => `End all sessions of ${name}?`,
  sessionsText: (count: number) =>
    `${count === 1 ? "One session ends" : `${count} sessions end`} at once. They can sign in again.`,
  sessionsAct: "End all sessions",
  sessionsEnded: "Their sessions are ended.",
  disableTitle: (name: string) => `Disable ${name}?`,
  disableText:
    "Their sessions end at once and they cannot sign in. API tokens that they made go on: end those one by one.",
  disableAct: "Disable the admin",
  disabled: (name: string) => `${name} is disabled.`,
  enableTitle: (name: string) => `Enable ${name}?`,
  enableText: "They can sign in again with the password and second factor they had.",
  enableAct: "Enable the admin",
  enabled: (name: string) => `${name} is enabled.`,
};
