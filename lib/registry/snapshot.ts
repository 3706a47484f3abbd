import type { PublicJwk } from "../client-keys/model.ts";
import {
  type AuthMethod,
  authMethodOf,
  type ClientKind,
  isConfidential,
  isSenderConstrained,
} from "../clients/model.ts";
import type { Sql } from "../db/sql.ts";
import { CLIENT_LIFETIME_SQL, ORGANISATION_LIFETIME_SQL } from "../lifetimes/columns.ts";
import type { LifetimeSubject, OrganisationLifetimes } from "../lifetimes/model.ts";

/** What an authority keeps in memory of the registry. Reloaded whole when `registry_version` moves. */
export type RegistryClient = LifetimeSubject & {
  /** The register's id. */
  id: string;
  /** The protocol's `client_id`. */
  clientId: string;
  name: string;
  kind: ClientKind;
  tokenFormat: "jwt" | "opaque";
  grantTypes: string[];
  redirectUris: string[];
  postLogoutRedirectUris: string[];
  customClaims: Record<string, unknown>;
  requireConsent: boolean;
  isDisabled: boolean;
  /** Codes, device codes and pushed requests that began until then lead to nothing; null where it was never disabled. */
  pendingEndedAtMs: number | null;
  authMethod: AuthMethod;
  jwksUri: string | null;
  jwks: { keys: PublicJwk[] } | null;
  requireDpop: boolean;
  requirePar: boolean;
  /** SHA-256 of each secret that was not replaced. */
  secrets: { id: string; hash: Buffer; expiresAtMs: number | null }[];
  audiences: { name: string; resourceUri: string; accessTokenTtlMaxSeconds: number | null }[];
  permissions: { name: string; audience: string }[];
  groups: string[];
};

/** A verifier as one of its secrets shows it: one for each secret. */
export type RegistryVerifier = {
  id: string;
  name: string;
  mode: "strict" | "lenient";
  maxStalenessSeconds: number;
  auditMode: "durable" | "relaxed";
  isDisabled: boolean;
  audiences: ReadonlySet<string>;
  /** The secret that leads here; `expiresAtMs` is null until it is replaced. */
  secret: { id: string; expiresAtMs: number | null };
};

export type RegistryKey = {
  kid: string;
  purpose: string;
  algorithm: string;
  state: string;
  publicJwk: Record<string, unknown>;
  privateWrapped: Buffer | null;
  compromisedAt: Date | null;
};

export type RegistryOrganisation = OrganisationLifetimes & {
  name: string;
  /** Live refresh tokens that a user may have with a client. */
  refreshTokensMax: number;
  /** Seconds that the JWKS may be kept. */
  jwksCacheSeconds: number;
};

export type RegistryAudience = { id: string; name: string; resourceUri: string; permissions: string[] };

export type RegistrySnapshot = {
  version: bigint;
  organisation: RegistryOrganisation;
  clientsByUuid: ReadonlyMap<string, RegistryClient>;
  clientsByClientId: ReadonlyMap<string, RegistryClient>;
  /** By the hex of the SHA-256 of each of a verifier's secrets, those that ended too. */
  verifiersBySecretHash: ReadonlyMap<string, RegistryVerifier>;
  audiencesByUri: ReadonlyMap<string, RegistryAudience>;
  keys: RegistryKey[];
  /** Moves when the set of usable keys or a key's state does. */
  keySetVersion: string;
};

const CLIENTS = `
  SELECT c.id, c.client_id AS "clientId", c.name, c.kind, c.token_format AS "tokenFormat", c.grant_types AS "grantTypes",
    c.redirect_uris AS "redirectUris", c.post_logout_redirect_uris AS "postLogoutRedirectUris",
    ${CLIENT_LIFETIME_SQL}, c.custom_claims AS "customClaims", c.require_consent AS "requireConsent",
    c.disabled_at IS NOT NULL AS "isDisabled",
    (extract(epoch FROM c.pending_ended_at) * 1000)::float8 AS "pendingEndedAtMs", c.jwks_uri AS "jwksUri", c.jwks,
    c.require_dpop AS "requireDpop", c.require_par AS "requirePar",
    coalesce((SELECT array_agg(s.id::text || '|' || encode(s.secret_hash, 'hex') || '|' || coalesce((extract(epoch FROM s.expires_at) * 1000)::bigint::text, ''))
      FROM client_secret s WHERE s.client_id = c.id), '{}') AS "secretTexts",
    coalesce((SELECT array_agg(a.name || '|' || coalesce(a.access_token_ttl_max_seconds::text, '') || '|' || a.resource_uri ORDER BY a.name) FROM client_audience ca JOIN audience a ON a.id = ca.audience_id
      WHERE ca.client_id = c.id), '{}') AS "audienceTexts",
    coalesce((SELECT array_agg(p.name || '|' || a.name ORDER BY p.name) FROM client_permission cp JOIN permission p ON p.id = cp.permission_id
      JOIN audience a ON a.id = p.audience_id WHERE cp.client_id = c.id), '{}') AS "permissionTexts",
    coalesce((SELECT array_agg(g.name ORDER BY g.name) FROM group_client gc JOIN user_group g ON g.id = gc.group_id
      WHERE gc.client_id = c.id), '{}') AS groups
  FROM client c`;

const VERIFIERS = `
  SELECT v.id, v.name, v.mode, v.max_staleness_seconds AS "maxStalenessSeconds", v.audit_mode AS "auditMode",
    v.disabled_at IS NOT NULL AS "isDisabled", s.id AS "secretId", encode(s.secret_hash, 'hex') AS "secretHash",
    (extract(epoch FROM s.expires_at) * 1000)::float8 AS "expiresAtMs",
    coalesce((SELECT array_agg(a.name) FROM verifier_audience va JOIN audience a ON a.id = va.audience_id WHERE va.verifier_id = v.id), '{}') AS audiences
  FROM verifier v JOIN verifier_secret s ON s.verifier_id = v.id`;

const AUDIENCES = `
  SELECT a.id, a.name, a.resource_uri AS "resourceUri",
    coalesce((SELECT array_agg(p.name ORDER BY p.name) FROM permission p WHERE p.audience_id = a.id), '{}') AS permissions
  FROM audience a`;

const ORGANISATION = `
  SELECT name, ${ORGANISATION_LIFETIME_SQL}, refresh_tokens_max AS "refreshTokensMax", jwks_cache_seconds AS "jwksCacheSeconds"
  FROM organisation WHERE id = 1`;

const KEYS = `
  SELECT kid, purpose, algorithm, state, public_jwk AS "publicJwk", private_wrapped AS "privateWrapped",
    compromised_at AS "compromisedAt" FROM signing_key ORDER BY created_at, kid`;

type ClientRecord = Omit<
  RegistryClient,
  "isConfidential" | "isSenderConstrained" | "authMethod" | "secrets" | "audiences" | "permissions"
> & {
  secretTexts: string[];
  audienceTexts: string[];
  permissionTexts: string[];
};

function pair(text: string): [string, string] {
  const at = text.indexOf("|");
  return [text.slice(0, at), text.slice(at + 1)];
}

function clientOf({ secretTexts, audienceTexts, permissionTexts, ...record }: ClientRecord): RegistryClient {
  return {
    ...record,
    isConfidential: isConfidential(record.kind),
    isSenderConstrained: isSenderConstrained(record),
    authMethod: authMethodOf(record),
    secrets: secretTexts.map((text) => {
      const [id, rest] = pair(text);
      const [hex, expires] = pair(rest);
      return { id, hash: Buffer.from(hex, "hex"), expiresAtMs: expires === "" ? null : Number(expires) };
    }),
    audiences: audienceTexts.map(pair).map(([name, rest]) => {
      const [most, resourceUri] = pair(rest);
      return { name, resourceUri, accessTokenTtlMaxSeconds: most === "" ? null : Number(most) };
    }),
    permissions: permissionTexts.map(pair).map(([name, audience]) => ({ name, audience })),
  };
}

/**
 * Reads the whole registry. The version is read first: a change during the read leaves a lower version behind, so that the next poll reloads.
 *
 * @throws whatever the database throws; a snapshot is whole or not there.
 */
export async function loadRegistry(db: Sql): Promise<RegistrySnapshot> {
  const [head] = await db.query<{ version: bigint }>("SELECT version FROM registry_version WHERE id = 1");
  const [organisation] = await db.query<RegistryOrganisation>(ORGANISATION);
  if (head === undefined || organisation === undefined)
    throw new Error("the registry has no organisation row");
  const clients = (await db.query<ClientRecord>(CLIENTS)).map(clientOf);
  const verifiers = await db.query<
    Omit<RegistryVerifier, "audiences" | "secret"> & {
      secretId: string;
      secretHash: string;
      expiresAtMs: number | null;
      audiences: string[];
    }
  >(VERIFIERS);
  const audiences = await db.query<RegistryAudience>(AUDIENCES);
  const keys = await db.query<RegistryKey>(KEYS);
  return {
    version: head.version,
    organisation,
    clientsByUuid: new Map(clients.map((client) => [client.id, client])),
    clientsByClientId: new Map(clients.map((client) => [client.clientId, client])),
    verifiersBySecretHash: new Map(
      verifiers.map(({ secretId, secretHash, expiresAtMs, ...verifier }) => [
        secretHash,
        { ...verifier, audiences: new Set(verifier.audiences), secret: { id: secretId, expiresAtMs } },
      ]),
    ),
    audiencesByUri: new Map(audiences.map((audience) => [audience.resourceUri, audience])),
    keys,
    keySetVersion: keys.map((key) => `${key.kid}:${key.state}`).join(","),
  };
}
