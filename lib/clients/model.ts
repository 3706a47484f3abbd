import type { ClientLifetimes, EffectiveTtl } from "../lifetimes/model.ts";

/** OAuth clients, for every layer; browser-safe. Times are ISO 8601 in UTC. */
export const CLIENT_KINDS = ["web", "spa", "native", "service"] as const;
export type ClientKind = (typeof CLIENT_KINDS)[number];

export const CLIENT_KIND_WORDS: Record<ClientKind, { name: string; means: string }> = {
  web: { name: "Web application", means: "Runs on a server, keeps a secret, signs people in." },
  spa: { name: "Browser application", means: "Runs in the browser, keeps no secret, signs people in." },
  native: { name: "Native application", means: "Runs on a device, keeps no secret, signs people in." },
  service: { name: "Service", means: "Acts for itself by client credentials; nobody signs in." },
};

export const CLIENT_STATES = ["enabled", "disabled"] as const;
export type ClientState = (typeof CLIENT_STATES)[number];

/** Whether clients of a kind can keep a secret. */
export function isConfidential(kind: ClientKind): boolean {
  return kind === "web" || kind === "service";
}

/** What a client of a kind may do at the token endpoint. */
export function grantTypesOf(kind: ClientKind): string[] {
  return kind === "service" ? ["client_credentials"] : ["authorization_code", "refresh_token"];
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
  createdAt: string;
};

/** A secret as it may be shown: never its value. */
export type ClientSecretRef = { id: string; hint: string; createdAt: string; expiresAt: string | null };

/** With the client's own lifetimes; null takes the organisation's. */
export type ClientDetail = ClientRow &
  ClientLifetimes & {
    liveTokens: number;
    grantTypes: string[];
    redirectUris: string[];
    postLogoutRedirectUris: string[];
    customClaims: Record<string, unknown>;
    requireConsent: boolean;
    permissions: PermissionRef[];
    groups: GroupRef[];
    secrets: ClientSecretRef[];
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

/** A client_id made of a name: `Billing API` → `billing-api`. */
export function clientIdFromName(name: string): string {
  const slug = name
    .normalize("NFKD")
    .replaceAll(/\p{M}/gu, "")
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+|-+$/g, "")
    .slice(0, 60)
    .replaceAll(/-+$/g, "");
  return slug.length >= 3 ? slug : `client-${slug || "new"}`;
}
