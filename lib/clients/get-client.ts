import { requirePermission } from "../authz/require-permission.ts";
import { readClientFindings } from "../client-findings/read-findings.ts";
import { type KeyFetch, keyLineOf, type PublicJwk } from "../client-keys/model.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { accessTokenTtlOf } from "../lifetimes/access-token-ttl.ts";
import { CLIENT_LIFETIME_SQL } from "../lifetimes/columns.ts";
import { type ClientLifetimes, ownLifetimes } from "../lifetimes/model.ts";
import { run, sql, trusted } from "../list-query/sql-fragment.ts";
import { readOrganisation } from "../organisation/get-organisation.ts";
import type { Organisation } from "../organisation/model.ts";
import type { SecretRef } from "../secrets/model.ts";
import { liveSecretsSql, secretRefOf } from "../secrets/owned-secrets.ts";
import { countLiveTokens, type LiveTokens } from "../tokens/count-live-tokens.ts";
import {
  authMethodOf,
  type ClientDetail,
  type ClientRow,
  isConfidential,
  isSenderConstrained,
} from "./model.ts";

export type ClientRecord = Pick<
  ClientRow,
  "id" | "clientId" | "name" | "description" | "kind" | "tokenFormat" | "audiences"
> &
  ClientLifetimes & { grantTypes: string[]; requireDpop: boolean; disabledAt: Date | null; createdAt: Date };

type DetailRecord = ClientRecord &
  Pick<
    ClientDetail,
    | "contactEmail"
    | "redirectUris"
    | "postLogoutRedirectUris"
    | "customClaims"
    | "requireConsent"
    | "permissions"
    | "groups"
    | "version"
  > & {
    updatedAt: Date;
    secrets: SecretRef[];
    jwksUri: string | null;
    jwks: { keys: PublicJwk[] } | null;
    keyFetch: KeyFetch | null;
    requirePar: boolean;
  };

/** The columns of a ClientRow over `client c`. */
export const CLIENT_COLUMNS = sql`c.client_id AS "clientId", c.name, c.description, c.kind, c.token_format AS "tokenFormat",
  ${trusted(CLIENT_LIFETIME_SQL)}, c.grant_types AS "grantTypes",
  c.require_dpop AS "requireDpop", c.disabled_at AS "disabledAt", c.created_at AS "createdAt",
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', a.id, 'name', a.name, 'title', a.title,
      'accessTokenTtlMaxSeconds', a.access_token_ttl_max_seconds) ORDER BY a.name), '[]')
    FROM client_audience ca JOIN audience a ON a.id = ca.audience_id WHERE ca.client_id = c.id) AS audiences`;

const DETAIL_COLUMNS = sql`c.contact_email AS "contactEmail", c.redirect_uris AS "redirectUris",
  c.post_logout_redirect_uris AS "postLogoutRedirectUris", c.custom_claims AS "customClaims", c.require_consent AS "requireConsent",
  c.jwks_uri AS "jwksUri", c.jwks, c.require_par AS "requirePar",
  (SELECT jsonb_build_object('triedAt', f.tried_at, 'fetchedAt', f.fetched_at, 'error', f.error, 'keys', f.keys) FROM client_key_fetch f
    WHERE f.client_id = c.id AND f.uri = c.jwks_uri) AS "keyFetch",
  c.updated_at AS "updatedAt", c.version,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'audience', a.name) ORDER BY p.name), '[]')
    FROM client_permission cp JOIN permission p ON p.id = cp.permission_id JOIN audience a ON a.id = p.audience_id
    WHERE cp.client_id = c.id) AS permissions,
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name) ORDER BY g.name), '[]')
    FROM group_client gc JOIN user_group g ON g.id = gc.group_id WHERE gc.client_id = c.id) AS groups`;

/** One client with everything but its secrets' values. Needs `client:read`. */
export async function getClient(ctx: Context, { clientId }: { clientId: string }): Promise<ClientDetail> {
  requirePermission(ctx, "client:read");
  return readClient(ctx.db, { id: clientId, now: ctx.now });
}

/** The same for use cases; `id` is the row's. @throws {DomainError} NOT_FOUND */
export async function readClient(db: Sql, { id, now }: { id: string; now: Date }): Promise<ClientDetail> {
  const [record] = isUuid(id)
    ? await run<DetailRecord>(
        db,
        sql`SELECT c.id, ${CLIENT_COLUMNS}, ${DETAIL_COLUMNS},
            ${liveSecretsSql("client", "c.id", now)} AS secrets
          FROM client c WHERE c.id = ${id}::uuid`,
      )
    : [];
  if (record === undefined) throw notFound("The client");
  const live = (await countLiveTokens(db, { by: "client", ids: [id], now }))(id);
  const organisation = await readOrganisation(db);
  const keyFetch = record.keyFetch === null ? null : keyFetchOf(record.keyFetch);
  return {
    ...clientRowOf(record, organisation, live),
    grantTypes: record.grantTypes,
    redirectUris: record.redirectUris,
    postLogoutRedirectUris: record.postLogoutRedirectUris,
    ...ownLifetimes(record),
    contactEmail: record.contactEmail,
    customClaims: record.customClaims,
    requireConsent: record.requireConsent,
    permissions: record.permissions.map(({ id, name, audience }) => ({ id, name, audience })),
    groups: record.groups.map(({ id, name }) => ({ id, name })),
    authMethod: authMethodOf(record),
    jwksUri: record.jwksUri,
    jwks: record.jwks,
    keys: record.jwks === null ? (keyFetch?.keys ?? []) : record.jwks.keys.map(keyLineOf),
    keyFetch,
    requireDpop: record.requireDpop,
    requirePar: record.requirePar,
    secrets: record.secrets.map(secretRefOf),
    findings: await readClientFindings(db, { id, now, organisation }),
    liveTokens: live.access + live.refresh,
    liveAccessTokens: live.access,
    liveRefreshTokens: live.refresh,
    disabledAt: record.disabledAt?.toISOString() ?? null,
    updatedAt: record.updatedAt.toISOString(),
    version: record.version,
  };
}

/** JSON from the database writes instants with an offset. */
function keyFetchOf({ triedAt, fetchedAt, error, keys }: KeyFetch): KeyFetch {
  return {
    triedAt: new Date(triedAt).toISOString(),
    fetchedAt: fetchedAt === null ? null : new Date(fetchedAt).toISOString(),
    error,
    keys: keys.map(({ kid, kty, alg }) => ({ kid, kty, alg })),
  };
}

export function clientRowOf(
  record: ClientRecord,
  organisation: Organisation,
  live: LiveTokens | null,
): Omit<ClientRow, "findings"> {
  return {
    id: record.id,
    clientId: record.clientId,
    name: record.name,
    description: record.description,
    kind: record.kind,
    tokenFormat: record.tokenFormat,
    state: record.disabledAt === null ? "enabled" : "disabled",
    accessTokenTtl: accessTokenTtlOf(
      {
        ...record,
        isConfidential: isConfidential(record.kind),
        isSenderConstrained: isSenderConstrained(record),
      },
      organisation,
      record.audiences,
    ),
    audiences: record.audiences.map(({ id, name, title, accessTokenTtlMaxSeconds }) => ({
      id,
      name,
      title,
      accessTokenTtlMaxSeconds,
    })),
    liveTokens: live === null ? null : live.access + live.refresh,
    createdAt: record.createdAt.toISOString(),
  };
}
