import { ROLE_WORDS, type Role } from "#lib/authz/roles.ts";

/** Texts of the set-up and of invitations. */
export const setupWords = {
  title: "Set up Tokenwarden",
  lead: "Three short steps: the owner, the organisation, the first client.",
  invitedTitle: "Join the console",
  invitedLead: (role: Role) =>
    `You are invited as ${ROLE_WORDS[role].name.toLowerCase()}. ${ROLE_WORDS[role].means}`,
  gone: "This link no longer works",
  goneText: "It was used, replaced, or is past its time.",
  goneOwner: "For the first set-up, make a new one on the server:",
  goneInvited: "For an invitation, ask an owner for a new one.",
  signIn: "Go to sign-in",
  noLinkTitle: "Open the set-up link",
  noLinkText:
    "The first owner is created with a one-time link that the server prints when it starts. To make a new one:",
  command: "npx tokenwarden setup-link",
  steps: { owner: "Owner", organisation: "Organisation", client: "First client" },
  name: "Your name",
  email: "E-mail",
  password: "Password",
  passwordHelp: "12 characters or more. A sentence is easier to remember than symbols.",
  passwordShort: "Use 12 characters or more.",
  next: "Continue",
  createOwner: "Create the owner",
  join: "Join",
  doneTitle: "You are the owner",
  invitedDone: "You are in",
  doneText: "Sign in with your password and a code of your authenticator.",
  doneButton: "Sign in and go on",
  organisationName: "Organisation",
  organisationHelp: "People see it at sign-in and consent.",
  accessTtl: "Access tokens live for",
  accessTtlHelp: "Unless a client sets its own. An hour or less is usual.",
  serviceTtl: "Access tokens of services live for",
  serviceTtlHelp: "Got by client credentials, and cheap to renew.",
  minTtl: "No client may go below",
  maxTtl: "No client may go above",
  saveOrganisation: "Save and go on",
  clientText:
    "A client is an application that gets tokens. Register your own, or look around with a sample first.",
  clientOwn: "Register a client",
  clientOwnText:
    "Choose its kind, where it may send people back to, what its tokens open and how long they live.",
  clientSample: "Load the sample organisation",
  clientSampleText:
    "12 clients, 300 users in groups with permissions, 3 verifiers, and live traffic. Stop this server, then run:",
  sampleCommand: "npm run demo",
  later: "Go to the overview",
};
