/** Roles of the console's people and API tokens, from the most to the least trusted. Browser-safe. */
export const ROLES = ["owner", "responder", "governor", "auditor"] as const;
export type Role = (typeof ROLES)[number];

const READ = [
  "overview:read",
  "token:read",
  "user:read",
  "group:read",
  "client:read",
  "audience:read",
  "verifier:read",
  "key:read",
  "order:read",
  "audit:read",
  "organisation:read",
  "incident:read",
  "detection:read",
  "approval:read",
] as const;

/** Plans, orders by plan, restores, orders called off; each wants the permission of its target's kind too. */
const ORDER = ["order:write"] as const;
/** To revoke, suspend and restore tokens by a target of this kind. */
const RESPOND = [
  "token:revoke",
  "family:revoke",
  "session:revoke",
  "user:revoke",
  "client:revoke",
  "permission:revoke",
  "group:revoke",
  "audience:revoke",
  "selection:revoke",
] as const;
/** To open cases, work on them and write them up, and to mute what was detected or make a case of it; what is taken back in one wants the order's permission too. */
const HANDLE = ["incident:write", "detection:write"] as const;
/** To approve or decline what another person asked for: who may do the act itself, and no API token. */
const DECIDE = ["approval:decide"] as const;
/** To shut a user out, with sessions and tokens, in one act. Letting them in again is the governors'. */
const SHUT_OUT = ["user:disable"] as const;
const GOVERN = [
  "client:write",
  "user:write",
  "group:write",
  "audience:write",
  "verifier:write",
  "organisation:write",
  "shared-view:write",
  "key:rotate",
  "detection:tune",
] as const;
/** To see who may do what, and why: of those who look over others' shoulders. */
const OVERSEE = ["access:read"] as const;
/** What leaves the product as a file, beside the permission to read the list itself; and to have the evidence verified. */
const EXPORT = ["export:create", "evidence:verify"] as const;
const OWN = [
  "admin:read",
  "admin:write",
  "api-token:read",
  "api-token:write",
  "key:revoke",
  "everything:revoke",
  "retention:write",
  "restore:confirm",
  "user:erase",
  "signal-receiver:write",
  "event-stream:write",
  "mail-settings:write",
  "notification-settings:write",
  "scanner:write",
  "sign-in:read",
  "sign-in:write",
  "approval-policy:write",
] as const;

/** `noun:verb`. */
export type Permission =
  | (typeof READ)[number]
  | (typeof ORDER)[number]
  | (typeof RESPOND)[number]
  | (typeof HANDLE)[number]
  | (typeof SHUT_OUT)[number]
  | (typeof DECIDE)[number]
  | (typeof GOVERN)[number]
  | (typeof EXPORT)[number]
  | (typeof OVERSEE)[number]
  | (typeof OWN)[number];

const GRANTED: Record<Role, ReadonlySet<Permission>> = {
  owner: new Set<Permission>([
    ...READ,
    ...ORDER,
    ...RESPOND,
    ...HANDLE,
    ...SHUT_OUT,
    ...DECIDE,
    ...GOVERN,
    ...EXPORT,
    ...OVERSEE,
    ...OWN,
  ]),
  responder: new Set<Permission>([
    ...READ,
    ...ORDER,
    ...RESPOND,
    ...HANDLE,
    ...SHUT_OUT,
    ...DECIDE,
    ...EXPORT,
  ]),
  governor: new Set<Permission>([
    ...READ,
    ...ORDER,
    ...RESPOND.filter((p) => p === "token:revoke" || p === "family:revoke"),
    ...HANDLE,
    ...SHUT_OUT,
    ...DECIDE,
    ...GOVERN,
  ]),
  auditor: new Set<Permission>([...READ, ...EXPORT, ...OVERSEE]),
};

/** Whether a role has a permission; an unknown role has none. */
export function roleHas(role: string, permission: Permission): boolean {
  return (ROLES as readonly string[]).includes(role) && GRANTED[role as Role].has(permission);
}

/** All permissions of a role, for the interface to show what a person may do. */
export function permissionsOf(role: Role): Permission[] {
  return [...GRANTED[role]];
}

export const ROLE_WORDS: Record<Role, { name: string; means: string }> = {
  owner: {
    name: "Owner",
    means:
      "Everything: admins and how they sign in, API tokens, e-mail, notifications, scanners, streams to SIEMs and the erasure of personal data included.",
  },
  responder: {
    name: "Responder",
    means:
      "Sees and exports everything; revokes, suspends and restores tokens by token, family, session, user, client, permission, group, audience or selection; disables users; works on detections and cases.",
  },
  governor: {
    name: "Governor",
    means:
      "Manages clients, users, groups, audiences, verifiers and lifetimes; rotates keys by plan; revokes and suspends single tokens and families; works on detections, their rules and cases.",
  },
  auditor: { name: "Auditor", means: "Sees and exports everything, and who may do what; changes nothing." },
};
