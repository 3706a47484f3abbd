import type { ClientDetail, ClientKind } from "#lib/clients/model.ts";

/** What the form shows its own faults of. */
export const CLIENT_FIELDS = [
  "name",
  "clientId",
  "description",
  "redirectUris",
  "postLogoutRedirectUris",
  "accessTokenTtlSeconds",
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
  accessTokenTtlSeconds: number | null;
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
  accessTokenTtlSeconds: null,
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
    accessTokenTtlSeconds: client.accessTokenTtlSeconds,
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
    accessTokenTtlSeconds: draft.accessTokenTtlSeconds,
    audienceIds: draft.audienceIds,
    permissionIds: draft.permissionIds,
    customClaims: JSON.parse(draft.customClaims || "{}") as Record<string, unknown>,
    redirectUris: isService ? [] : linesOf(draft.redirectUris),
    postLogoutRedirectUris: isService ? [] : linesOf(draft.postLogoutRedirectUris),
    requireConsent: isService ? false : draft.requireConsent,
    groupIds: isService ? draft.groupIds : [],
  };
}

/** One address a line. */
function linesOf(text: string): string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "");
}
