import {
  type ClientDetail,
  type ClientKind,
  grantTypesOf,
  hasRedirects,
  isConfidential,
  isSenderConstrained,
} from "#lib/clients/model.ts";
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
  "contactEmail",
  "redirectUris",
  "postLogoutRedirectUris",
  ...CLIENT_SETTING_KEYS,
  "customClaims",
  "audienceIds",
  "permissionIds",
  "groupIds",
  "grantTypes",
  "jwksUri",
  "jwks",
  "requirePar",
];

/** A client while it is being written down: addresses one a line, claims as the text of their JSON. */
export type ClientDraft = {
  kind: ClientKind;
  name: string;
  clientId: string;
  description: string;
  contactEmail: string;
  redirectUris: string;
  postLogoutRedirectUris: string;
  tokenFormat: "jwt" | "opaque";
  lifetimes: ClientLifetimes;
  requireConsent: boolean;
  customClaims: string;
  audienceIds: string[];
  permissionIds: string[];
  groupIds: string[];
  grantTypes: string[];
  /** How a kind that can keep a secret proves who it is. */
  proof: Proof;
  jwksUri: string;
  /** The text of its JSON. */
  jwks: string;
  requireDpop: boolean;
  requirePar: boolean;
};

const PROOFS = ["secret", "address", "pasted"] as const;
export type Proof = (typeof PROOFS)[number];

export const EMPTY_DRAFT: ClientDraft = {
  kind: "web",
  name: "",
  clientId: "",
  description: "",
  contactEmail: "",
  redirectUris: "",
  postLogoutRedirectUris: "",
  tokenFormat: "jwt",
  lifetimes: NO_LIFETIMES,
  requireConsent: true,
  customClaims: "{}",
  audienceIds: [],
  permissionIds: [],
  groupIds: [],
  grantTypes: grantTypesOf("web"),
  proof: "secret",
  jwksUri: "",
  jwks: "",
  requireDpop: false,
  requirePar: false,
};

/** The draft of a client that is there. */
export function draftOf(client: ClientDetail): ClientDraft {
  return {
    kind: client.kind,
    name: client.name,
    clientId: client.clientId,
    description: client.description,
    contactEmail: client.contactEmail ?? "",
    redirectUris: client.redirectUris.join("\n"),
    postLogoutRedirectUris: client.postLogoutRedirectUris.join("\n"),
    tokenFormat: client.tokenFormat,
    lifetimes: ownLifetimes(client),
    requireConsent: client.requireConsent,
    customClaims: JSON.stringify(client.customClaims, null, 2),
    audienceIds: client.audiences.map(({ id }) => id),
    permissionIds: client.permissions.map(({ id }) => id),
    groupIds: client.groups.map(({ id }) => id),
    grantTypes: client.grantTypes,
    proof: client.jwksUri !== null ? "address" : client.jwks !== null ? "pasted" : "secret",
    jwksUri: client.jwksUri ?? "",
    jwks: client.jwks === null ? "" : JSON.stringify(client.jwks, null, 2),
    requireDpop: client.requireDpop,
    requirePar: client.requirePar,
  };
}

/** What of a draft may be sent for a new client and for one that is there. What its kind does not have is left empty. */
export function settingsOf(draft: ClientDraft) {
  const isService = draft.kind === "service";
  const isRedirected = hasRedirects(draft.kind);
  const proof = isConfidential(draft.kind) ? draft.proof : "secret";
  return {
    name: draft.name.trim(),
    description: draft.description.trim(),
    contactEmail: draft.contactEmail.trim() || null,
    tokenFormat: draft.tokenFormat,
    ...usedLifetimes(draft),
    audienceIds: draft.audienceIds,
    permissionIds: draft.permissionIds,
    customClaims: JSON.parse(draft.customClaims || "{}") as Record<string, unknown>,
    redirectUris: isRedirected ? linesOf(draft.redirectUris) : [],
    postLogoutRedirectUris: isRedirected ? linesOf(draft.postLogoutRedirectUris) : [],
    requireConsent: isService ? false : draft.requireConsent,
    groupIds: isService ? draft.groupIds : [],
    grantTypes: draft.grantTypes,
    jwksUri: proof === "address" ? draft.jwksUri.trim() : null,
    jwks: proof === "pasted" ? (JSON.parse(draft.jwks) as Record<string, unknown>) : null,
    requireDpop: draft.requireDpop,
    requirePar: isRedirected && draft.requirePar,
  };
}

/** The lifetimes that a client with these grants has; what it has no use for is left to the organisation. */
function usedLifetimes({ kind, grantTypes, requireDpop, lifetimes }: ClientDraft): ClientLifetimes {
  const used = new Set<string>(lifetimesOf(grantTypes).map(ownKeyOf));
  if (
    used.has("refreshTokenIdleSeconds") &&
    (isConfidential(kind) || isSenderConstrained({ kind, requireDpop }))
  )
    used.add("rotatesRefreshTokens");
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
