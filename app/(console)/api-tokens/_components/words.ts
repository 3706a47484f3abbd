import type { BadgeState } from "#components/display/state-badge.tsx";
import type { ApiTokenState } from "#lib/api-tokens/model.ts";

export const API_TOKEN_BADGES: Record<ApiTokenState, BadgeState> = {
  active: "active",
  expired: "expired",
  revoked: "revoked",
};

/** Texts of the API tokens area. */
export const apiTokenWords = {
  title: "API tokens",
  purpose:
    "Credentials for automation by the REST API. Each has a role of its own, and every act by it is on record.",
  all: "API tokens",
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
  life: "How long it works",
  lifeHelp: "A token that ends by itself cannot be forgotten.",
  expires: "It ends",
  never: "Never: until somebody revokes it",
  alone: "What it does by itself",
  aloneHelp:
    "A program cannot be asked who it is. Without this right, what a person is asked again for waits until a person approves it.",
  unattended: "It acts unattended",
  unattendedMeans:
    "Does by itself what a person is asked again for. Acts that want two people wait all the same.",
  attendedMeans: "What a person is asked again for waits until a person approves it.",
  isUnattended: "Unattended",
  isAttended: "With approval",
  create: "Create",
  created: "The API token is made",
  value: "API token",
  tryIt: "Use it",
  reference: "All that can be asked: ",
  done: "Back to API tokens",
  revoke: "Revoke…",
  revokeTitle: (name: string) => `Revoke ${name}?`,
  revokeText:
    "It stops working at once: whatever uses it is refused from the next call on. There is no undo.",
  revokeAct: "Revoke the API token",
  revoked: (name: string) => `${name} is revoked.`,
};
