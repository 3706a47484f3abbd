import type { BadgeState } from "#components/display/state-badge.tsx";
import type { ApiTokenDetail, ApiTokenState, GoesWithIt } from "#lib/api-tokens/model.ts";

export const API_TOKEN_BADGES: Record<ApiTokenState, BadgeState> = {
  active: "active",
  expired: "expired",
  revoked: "revoked",
  creator_disabled: "stopped",
};

/** What a state means, where its word alone does not say it. */
export function apiTokenMeans(state: ApiTokenState): string | undefined {
  return state === "creator_disabled" ? apiTokenWords.creatorDisabled : undefined;
}

/** Where it may come from, in words. */
export function networkWords({ networks }: { networks: readonly string[] }): string {
  if (networks.length === 0) return "anywhere";
  return networks.length === 1 ? String(networks[0]) : `${networks.length} networks`;
}

const countWords = (count: number, one: string, many: string) => `${count} ${count === 1 ? one : many}`;

/** Texts of the API tokens area. */
export const apiTokenWords = {
  title: "API tokens",
  purpose:
    "Credentials for automation by the REST API. Each counts as whoever made it, and every act by it is on record.",
  one: "API token",
  about: "A credential for automation: what it may do, where it may come from, and where it was last used.",
  register: "Create an API token",
  emptyTitle: "No API token yet",
  emptyText:
    "Create one for a pipeline or a script. Everything that the console does can be done by it, within its role.",
  createTitle: "Create an API token",
  createPurpose: "Its value is shown once. Give each automation one of its own.",
  identity: "What it is for",
  identityHelp: "The name stands in the audit log for everything that is done with it.",
  name: "Name",
  role: "Role",
  roleHelp: "Give the least that does the work.",
  place: "Where it may come from",
  placeHelp:
    "A token that is stolen opens nothing from anywhere else. Every try is on record with its address.",
  networks: "Networks",
  networksHelp:
    "Addresses and CIDR ranges, one a line or with commas between. None lets it come from anywhere.",
  keptAs: (typed: string, kept: string) => `${typed} means ${kept}, and is kept as that.`,
  networksExample: "10.0.0.0/8\n2001:db8::/32",
  fromAnywhere: "From anywhere. Name its networks and a stolen copy opens nothing elsewhere.",
  /** Of one that opens nothing any more. */
  wasFromAnywhere: "It could come from anywhere.",
  life: "How long it works",
  lifeHelp: "A token that ends by itself cannot be forgotten.",
  expires: "It ends",
  ended: "It ended",
  revokedAt: "Revoked",
  /** Of one that was revoked because another was. */
  revokedWith: ({ name, isMaker }: NonNullable<ApiTokenDetail["revokedWith"]>) =>
    isMaker
      ? `It was revoked with the API token ${name}, with which it was made.`
      : `It was revoked with the API token ${name}, from which it descends.`,
  forever: "Never: until somebody revokes it",
  acts: "Acts",
  alone: "What it does by itself",
  aloneHelp:
    "A program cannot be asked who it is. Without this right, what a person is asked again for waits until a person approves it.",
  unattended: "It acts unattended",
  unattendedMeans:
    "Does by itself what a person is asked again for, for a year at most. Acts that want two people wait all the same, and so does who may use this console and how they sign in, unless it only shuts somebody out.",
  attendedMeans: "What a person is asked again for waits until a person approves it.",
  isUnattended: "Unattended",
  isAttended: "With approval",
  create: "Create",
  created: "The API token is made",
  value: "API token",
  tryIt: "Use it",
  tryItText:
    "The token comes from a variable: read -rs API_TOKEN takes it without showing it, and no history of the shell keeps it. ",
  reference: "All that can be asked: ",
  referenceTitle: "API reference",
  referencePage: "the API reference",
  done: "Back to API tokens",
  edit: "Edit…",
  editTitle: (name: string) => `Change ${name}`,
  editText: "The change holds from its next request on. Its role stays: for another one, make another token.",
  save: "Save",
  saved: (name: string) => `${name} is changed.`,
  state: "State",
  from: "May come from",
  lastUsed: "Last used",
  lastUsedFrom: "Last used from",
  lastUsedHint: "Noted once a minute, and at once from another address",
  unknownPlace: "not known",
  never: "never",
  madeBy: "Made by",
  countsAs: "Counts as",
  commandLine: "the command line",
  countsAsBounded: (role: string) => `Whoever made it is ${role} now: it may do only what both roles allow.`,
  creatorDisabled:
    "Stopped: whoever made it cannot sign in, and it is refused as long as they cannot. It works again when they can: revoke it if it should not.",
  made: "Made",
  madeWith: "Made with",
  lastCharacters: "Last characters",
  id: "Id",
  revoke: "Revoke…",
  revokeTitle: (name: string) => `Revoke ${name}?`,
  revokeText:
    "It stops working at once: whatever uses it is refused from the next call on. There is no undo.",
  goesWithIt: ({ apiTokens, invitations }: GoesWithIt) => {
    const parts = [
      ...(apiTokens === 0 ? [] : [countWords(apiTokens, "API token", "API tokens")]),
      ...(invitations === 0 ? [] : [countWords(invitations, "open invitation", "open invitations")]),
    ];
    const [were, end] = apiTokens + invitations === 1 ? ["was", "ends"] : ["were", "end"];
    return parts.length === 0 ? null : `${parts.join(" and ")} that ${were} made with it ${end} too.`;
  },
  goesWithItIfRevoked: (goesWithIt: string) => `If it is revoked, ${goesWithIt}`,
  revokeStays: "Whatever else it made or changed stays as it is. ",
  lookAtIt: "Look at it",
  lookAt: "Look at what it did",
  didTitle: "What it did",
  didNothing: "Nothing that changed anything.",
  revokeAct: "Revoke the API token",
  revoked: (name: string) => `${name} is revoked.`,
};
