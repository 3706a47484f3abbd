import type { Finding, FindingCode } from "../client-findings/model.ts";
import type { KeyFetch, KeyLine } from "../client-keys/model.ts";
import { type ClientLifetimes, DEVICE_GRANT, type EffectiveTtl } from "../lifetimes/model.ts";
import type { SecretRef } from "../secrets/model.ts";

/** OAuth clients, for every layer; browser-safe. Times are ISO 8601 in UTC. */
export const CLIENT_KINDS = ["web", "spa", "native", "device", "service"] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

export const CLIENT_KIND_WORDS: Record<ClientKind, { name: string; means: string }> = {
  web: { name: "Web application", means: "Runs on a server, keeps a secret, signs people in." },
  spa: { name: "Browser application", means: "Runs in the browser, keeps no secret, signs people in." },
  native: { name: "Native application", means: "Runs on a device, keeps no secret, signs people in." },
  device: {
    name: "Device",
    means: "A television, a printer, a command line: people type its code on another screen.",
  },
  service: { name: "Service", means: "Acts for itself by client credentials; nobody signs in." },
};

export const CLIENT_STATES = ["enabled", "disabled"] as const;
export type ClientState = (typeof CLIENT_STATES)[number];

/** Whether clients of a kind can keep a secret. */
export function isConfidential(kind: ClientKind): boolean {
  return kind === "web" || kind === "service";
}

export const GRANT_TYPES = [
  "authorization_code",
  "refresh_token",
  "client_credentials",
  DEVICE_GRANT,
] as const;
export type GrantType = (typeof GRANT_TYPES)[number];

const GRANT_WORDS: Record<GrantType, string> = {
  authorization_code: "authorization code",
  refresh_token: "refresh",
  client_credentials: "client credentials",
  [DEVICE_GRANT]: "device code",
};

/** A grant type as people say it. */
export function grantWords(grant: string): string {
  return GRANT_WORDS[grant as GrantType] ?? grant.replaceAll("_", " ");
}

/** What makes a client of a kind one, and what it may have beside it. */
const KIND_GRANTS: Record<ClientKind, { always: readonly GrantType[]; choice: readonly GrantType[] }> = {
  web: { always: ["authorization_code"], choice: ["refresh_token"] },
  spa: { always: ["authorization_code"], choice: ["refresh_token"] },
  native: { always: ["authorization_code"], choice: ["refresh_token", DEVICE_GRANT] },
  device: { always: [DEVICE_GRANT], choice: ["refresh_token"] },
  service: { always: ["client_credentials"], choice: [] },
};

/** The grants that a client of a kind has in any case, and those that it may have. */
export function grantChoiceOf(kind: ClientKind): {
  always: readonly GrantType[];
  choice: readonly GrantType[];
} {
  return KIND_GRANTS[kind];
}

/** What a client of a kind may do at the token endpoint unless it is told otherwise. */
export function grantTypesOf(kind: ClientKind): GrantType[] {
  const { always } = KIND_GRANTS[kind];
  return kind === "service" ? [...always] : [...always, "refresh_token"];
}

/** Whether people come back to a client of a kind by an address. */
export function hasRedirects(kind: ClientKind): boolean {
  return kind !== "service" && kind !== "device";
}

/** Whether a client's refresh tokens work with a proof of its key alone: a public client's are bound where it must use DPoP (RFC 9449 section 5). */
export function isSenderConstrained(client: { kind: ClientKind; requireDpop: boolean }): boolean {
  return client.requireDpop && !isConfidential(client.kind);
}

/** How a client proves who it is: a secret by `client_secret_basic` or `client_secret_post`, keys, or not at all. */
export const AUTH_METHODS = ["client_secret", "private_key_jwt", "none"] as const;
export type AuthMethod = (typeof AUTH_METHODS)[number];

export function authMethodOf(client: {
  kind: ClientKind;
  jwksUri: string | null;
  jwks: object | null;
}): AuthMethod {
  if (!isConfidential(client.kind)) return "none";
  return client.jwksUri === null && client.jwks === null ? "client_secret" : "private_key_jwt";
}

/** `accessTokenTtlMaxSeconds`: the longest that a token for it lives, or null. */
export type AudienceRef = {
  id: string;
  name: string;
  title: string;
  accessTokenTtlMaxSeconds: number | null;
};
export type PermissionRef = { id: string; name: string; audience: string };
export type GroupRef = { id: string; name: string };

/** One row of the clients table. */
export type ClientRow = {
  id: string;
  clientId: string;
  name: string;
  description: string;
  kind: ClientKind;
  tokenFormat: "jwt" | "opaque";
  state: ClientState;
  accessTokenTtl: EffectiveTtl;
  audiences: AudienceRef[];
  /** Access and refresh tokens that are neither expired nor revoked; null where counting them took too long. */
  liveTokens: number | null;
  /** What needs a look; null where it could not be found out in time. */
  findings: FindingCode[] | null;
  createdAt: string;
};

/** With the client's own lifetimes; null takes the organisation's. */
export type ClientDetail = Omit<ClientRow, "findings"> &
  ClientLifetimes & {
    liveTokens: number;
    /** Whom to write to about it, or null. */
    contactEmail: string | null;
    grantTypes: string[];
    redirectUris: string[];
    postLogoutRedirectUris: string[];
    customClaims: Record<string, unknown>;
    requireConsent: boolean;
    permissions: PermissionRef[];
    groups: GroupRef[];
    authMethod: AuthMethod;
    /** Where its public keys are, or null. */
    jwksUri: string | null;
    /** Its public keys as they were pasted, or null. */
    jwks: { keys: Record<string, unknown>[] } | null;
    /** The keys that were pasted, or were last had from the address. */
    keys: KeyLine[];
    /** Null for a client without an address of keys, or one that nobody has asked yet. */
    keyFetch: KeyFetch | null;
    requireDpop: boolean;
    requirePar: boolean;
    /** Those that work now, newest first. */
    secrets: SecretRef[];
    findings: Finding[] | null;
    liveAccessTokens: number;
    liveRefreshTokens: number;
    disabledAt: string | null;
    updatedAt: string;
    version: number;
  };

/** The secret of a new or rotated client: shown once, kept nowhere. Null for kinds that keep no secret. */
export type CreatedClient = { client: ClientDetail; secret: string | null };

export const CLIENT_NAME_MAX = 80;
export const CLIENT_ID_PATTERN = /^[a-z0-9](?:[a-z0-9._-]{1,62}[a-z0-9])$/;
/** Bytes of the JSON text. */
export const CUSTOM_CLAIMS_MAX_BYTES = 4096;
export const REDIRECT_URIS_MAX = 20;

/** Claims that the product or a standard gives a meaning: no client sets them. */
export const RESERVED_CLAIMS: ReadonlySet<string> = new Set([
  ...["iss", "sub", "aud", "exp", "iat", "nbf", "jti", "typ", "alg", "kid"],
  ...["client_id", "azp", "scope", "scp", "groups", "roles", "entitlements", "permissions"],
  ...["cnf", "act", "may_act", "sid", "nonce", "acr", "amr", "auth_time", "at_hash", "c_hash", "s_hash"],
  ...["rooted_at", "status", "active", "token_type", "username", "authorization_details", "events", "toe"],
  ...["email", "email_verified", "name", "preferred_username", "_claim_names", "_claim_sources"],
  ...["__proto__", "constructor", "prototype", "family", "family_id", "fid"],
]);

/** A name as a word of lower-case letters, digits and hyphens, 60 characters at most; empty where nothing of it is one. */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60)
    .replaceAll(/-+$/g, "");
}

/** A client_id made of a name: `Billing API` → `billing-api`. */
export function clientIdFromName(name: string): string {
  const slug = slugOf(name);
  return slug.length >= 3 ? slug : `client-${slug || "new"}`;
}
