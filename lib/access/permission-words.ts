import type { Permission } from "../authz/roles.ts";

/** The parts of the console, in the order that they are shown in. */
export const AREAS = [
  "Tokens and orders",
  "Respond",
  "Clients, users and groups",
  "Audiences and verifiers",
  "Keys",
  "Evidence",
  "Organisation",
  "Admins and automation",
  "Own account",
] as const;
export type Area = (typeof AREAS)[number];

/** What each permission allows. A further one has no words until it has some here: the types see to that. Browser-safe. */
export const PERMISSION_WORDS: Record<Permission, { area: Area; allows: string }> = {
  "overview:read": { area: "Tokens and orders", allows: "See the overview, long work and what is live." },
  "token:read": { area: "Tokens and orders", allows: "See and look up tokens." },
  "order:read": { area: "Tokens and orders", allows: "See what was revoked, suspended and restored." },
  "order:write": {
    area: "Tokens and orders",
    allows: "Plan and place orders, restore what was suspended, and call off what is to come.",
  },
  "token:revoke": { area: "Tokens and orders", allows: "Take back or suspend one token." },
  "family:revoke": { area: "Tokens and orders", allows: "Take back or suspend one family of tokens." },
  "session:revoke": { area: "Tokens and orders", allows: "Take back or suspend what one sign-in gave." },
  "user:revoke": { area: "Tokens and orders", allows: "Take back or suspend the tokens of a user." },
  "client:revoke": { area: "Tokens and orders", allows: "Take back or suspend the tokens of a client." },
  "permission:revoke": {
    area: "Tokens and orders",
    allows: "Take back or suspend tokens by a permission in them.",
  },
  "group:revoke": { area: "Tokens and orders", allows: "Take back or suspend tokens by a group in them." },
  "audience:revoke": {
    area: "Tokens and orders",
    allows: "Take back or suspend the tokens for an audience.",
  },
  "selection:revoke": { area: "Tokens and orders", allows: "Take back or suspend what a filter finds." },
  "everything:revoke": { area: "Tokens and orders", allows: "Take back or suspend every token." },
  "detection:read": { area: "Respond", allows: "See what was found unusual, and its rules." },
  "detection:write": { area: "Respond", allows: "Mute what was found, or make a case of it." },
  "detection:tune": { area: "Respond", allows: "Change what rules hold for usual of a client." },
  "incident:read": { area: "Respond", allows: "See cases, scanners and what they reported." },
  "incident:write": {
    area: "Respond",
    allows: "Open cases, work on them, tell owners, and write them up.",
  },
  "scanner:write": {
    area: "Respond",
    allows: "Let in secret scanners, and say what is done by their reports.",
  },
  "client:read": { area: "Clients, users and groups", allows: "See clients, their lifetimes and keys." },
  "client:write": {
    area: "Clients, users and groups",
    allows: "Register, change and disable clients; their secrets, keys and lifetimes.",
  },
  "user:read": { area: "Clients, users and groups", allows: "See users, and what they are signed in to." },
  "user:write": {
    area: "Clients, users and groups",
    allows: "Create, change, import and let in again users; their groups and passwords.",
  },
  "user:disable": { area: "Clients, users and groups", allows: "Shut a user out, with sessions and tokens." },
  "user:erase": { area: "Clients, users and groups", allows: "Erase a person's data." },
  "group:read": { area: "Clients, users and groups", allows: "See groups and what they give." },
  "group:write": { area: "Clients, users and groups", allows: "Create, change and import groups." },
  "audience:read": { area: "Audiences and verifiers", allows: "See audiences and their permissions." },
  "audience:write": {
    area: "Audiences and verifiers",
    allows: "Create and change audiences, their permissions and lifetimes.",
  },
  "verifier:read": {
    area: "Audiences and verifiers",
    allows: "See verifiers, propagation, signals and their receivers.",
  },
  "verifier:write": {
    area: "Audiences and verifiers",
    allows: "Register, change and disable verifiers; their secrets, processes and signal streams.",
  },
  "signal-receiver:write": {
    area: "Audiences and verifiers",
    allows: "Let in peers that send signals, and change them.",
  },
  "key:read": { area: "Keys", allows: "See signing keys and their rotation." },
  "key:rotate": { area: "Keys", allows: "Rotate signing keys by plan, and change when that is done." },
  "key:revoke": { area: "Keys", allows: "Declare a signing key compromised, or destroy its private half." },
  "audit:read": { area: "Evidence", allows: "See uses, acts, streams and whether the evidence holds." },
  "export:create": { area: "Evidence", allows: "Take lists out as files." },
  "evidence:verify": { area: "Evidence", allows: "Have a span of the evidence verified." },
  "event-stream:write": { area: "Evidence", allows: "Send the audit to a SIEM, or stop that." },
  "retention:write": { area: "Evidence", allows: "Change how long tokens, uses and acts stay." },
  "restore:confirm": { area: "Evidence", allows: "Confirm a database that was put back to an older state." },
  "organisation:read": { area: "Organisation", allows: "See the organisation's settings." },
  "organisation:write": {
    area: "Organisation",
    allows: "Change the organisation's name, lifetimes and bounds.",
  },
  "mail-settings:write": { area: "Organisation", allows: "Say by which server e-mail leaves." },
  "notification-settings:write": {
    area: "Organisation",
    allows: "Say what admins are told of by default, and where notifications are sent besides.",
  },
  "shared-view:write": { area: "Organisation", allows: "Share views of lists, and change shared ones." },
  "access:read": { area: "Admins and automation", allows: "See who may do what, and why." },
  "approval:read": {
    area: "Admins and automation",
    allows: "See what waits for a second person, and which acts want one.",
  },
  "approval:decide": {
    area: "Admins and automation",
    allows: "Approve or decline what another person asked for, and may be done oneself.",
  },
  "approval-policy:write": {
    area: "Admins and automation",
    allows: "Say which acts want a second person.",
  },
  "admin:read": { area: "Admins and automation", allows: "See admins, their sessions and factors." },
  "admin:write": {
    area: "Admins and automation",
    allows: "Invite admins, change roles, disable admins and end their sessions.",
  },
  "sign-in:read": {
    area: "Admins and automation",
    allows: "See by which providers admins sign in, and who may without one.",
  },
  "sign-in:write": {
    area: "Admins and automation",
    allows: "Set up sign-in providers, turn off sign-in without one, and name break-glass owners.",
  },
  "api-token:read": { area: "Admins and automation", allows: "See API tokens." },
  "api-token:write": { area: "Admins and automation", allows: "Make and revoke API tokens." },
};

/** Of what is a person's own. */
export const OWN_AREA: Area = "Own account";
