import { type ClientDetail, type ClientKind, grantTypesOf, isConfidential } from "#lib/clients/model.ts";
import {
  CLIENT_SETTING_KEYS,
  type ClientLifetimes,
  lifetimesOf,
  NO_LIFETIMES,
  ownKeyOf,
  ownLifetimes,
} from "#lib/lifetimes/model.ts";

/** What the form shows its own faults of. */
export const CLIENT_FIELDS = [
  "name",
  "clientId",
  "description",
  "redirectUris",
  "postLogoutRedirectUris",
  ...CLIENT_SETTING_KEYS,
  "customClaims",
  "audienceIds",
  "permissionIds",
  "groupIds",
];

/** A client while it is being written down: addresses one a line, claims as the text of their JSON. */
export type ClientDraft = {
  kind: ClientKind;
  name: string;
  clientId: string;
  description: string;
  redirectUris: string;
  postLogoutRedirectUris: string;
  tokenFormat: "jwt" | "opaque";
  lifetimes: ClientLifetimes;
  requireConsent: boolean;
  customClaims: string;
  audienceIds: string[];
  permissionIds: string[];
  groupIds: string[];
};

export const EMPTY_DRAFT: ClientDraft = {
  kind: "web",
  name: "",
  clientId: "",
  description: "",
  redirectUris: "",
  postLogoutRedirectUris: "",
  tokenFormat: "jwt",
  lifetimes: NO_LIFETIMES,
  requireConsent: true,
  customClaims: "{}",
  audienceIds: [],
  permissionIds: [],
  groupIds: [],
};

/** The draft of a client that is there. */
export function draftOf(client: ClientDetail): ClientDraft {
  return {
    kind: client.kind,
    name: client.name,
    clientId: client.clientId,
    description: client.description,
    redirectUris: client.redirectUris.join("\n"),
    postLogoutRedirectUris: client.postLogoutRedirectUris.join("\n"),
    tokenFormat: client.tokenFormat,
    lifetimes: ownLifetimes(client),
    requireConsent: client.requireConsent,
    customClaims: JSON.stringify(client.customClaims, null, 2),
    audienceIds: client.audiences.map(({ id }) => id),
    permissionIds: client.permissions.map(({ id }) => id),
    groupIds: client.groups.map(({ id }) => id),
  };
}

/** What of a draft may be sent for a new client and for one that is there. What its kind does not have is left empty. */
export function settingsOf(draft: ClientDraft) {
  const isService = draft.kind === "service";
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    tokenFormat: draft.tokenFormat,
    ...usedLifetimes(draft),
    audienceIds: draft.audienceIds,
    permissionIds: draft.permissionIds,
    customClaims: JSON.parse(draft.customClaims || "{}") as Record<string, unknown>,
    redirectUris: isService ? [] : linesOf(draft.redirectUris),
    postLogoutRedirectUris: isService ? [] : linesOf(draft.postLogoutRedirectUris),
    requireConsent: isService ? false : draft.requireConsent,
    groupIds: isService ? draft.groupIds : [],
  };
}

/** The lifetimes that a client of this kind has; what it has no use for is left to the organisation. */
function usedLifetimes({ kind, lifetimes }: ClientDraft): ClientLifetimes {
  const used = new Set<string>(lifetimesOf(grantTypesOf(kind)).map(ownKeyOf));
  if (used.has("refreshTokenIdleSeconds") && isConfidential(kind)) used.add("rotatesRefreshTokens");
  return Object.fromEntries(
    CLIENT_SETTING_KEYS.map((key) => [key, used.has(key) ? lifetimes[key] : null]),
  ) as ClientLifetimes;
}

/** One address a line. */
function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
