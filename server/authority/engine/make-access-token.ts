import { hash } from "node:crypto";
import { RESERVED_CLAIMS } from "#lib/clients/model.ts";
import { uuidv7 } from "#lib/ids.ts";
import type { RegistryClient, RegistryOrganisation } from "#lib/registry/snapshot.ts";
import type { StatusAllocator } from "#lib/status-lists/allocate-status.ts";
import { statusListUri } from "#lib/status-lists/model.ts";
import { lineageClaims } from "#lib/tokens/lineage-claims.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import type { NewToken } from "#lib/tokens/register.ts";
import { accessTokenTtlSeconds, type FamilyTimes } from "./lifetimes.ts";
import type { RequestFacts } from "./request-facts.ts";
import type { SigningKeys } from "./signing-keys.ts";

/** What a token says, before it is a JWT or an opaque value. */
export type Grant = Pick<NewToken, "subject" | "userId" | "scopes" | "groups" | "sessionUid" | "parentId"> & {
  permissions: string[];
  /** Null: the token roots itself. */
  family: ({ id: string } & FamilyTimes) | null;
};

export type AccessTokenRequest = {
  issuer: string;
  organisation: RegistryOrganisation;
  keys: SigningKeys;
  statuses: Pick<StatusAllocator, "take">;
  client: RegistryClient;
  grantType: string;
  grant: Grant;
  audiences: string[];
  /** Proof-of-possession binding, or nothing. @see RFC 9449 section 6.1 */
  confirmation: { cnf?: { jkt: string } };
  facts: Pick<RequestFacts, "ip" | "userAgent">;
};

/** A token that nobody knows yet: hand `value` out only after `registered` is committed. */
export type MadeAccessToken = {
  value: string;
  registered: NewToken;
  expiresInSeconds: number;
  /** Seconds since the epoch. */
  exp: number;
  scope: string | undefined;
};

function customClaims(client: RegistryClient): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(client.customClaims).filter(([name]) => !RESERVED_CLAIMS.has(name)),
  );
}

/** What a client that acts for itself is given. */
export function serviceGrant(client: RegistryClient, permissions: string[]): Grant {
  return {
    subject: client.clientId,
    userId: null,
    scopes: permissions,
    permissions,
    groups: client.groups,
    sessionUid: null,
    parentId: null,
    family: null,
  };
}

/**
 * Puts an access token together and signs it.
 *
 * @throws whatever the database throws, where a place for its status was to be had first.
 * @see RFC 9068 section 2.2, draft-ietf-oauth-status-list-21 section 6.2
 */
export async function makeAccessToken(request: AccessTokenRequest): Promise<MadeAccessToken> {
  const { issuer, organisation, keys, statuses, client, grantType, grant, confirmation, facts } = request;
  const isJwt = client.tokenFormat === "jwt";
  const expiresInSeconds = accessTokenTtlSeconds(organisation, client, {
    audiences: request.audiences,
    family: grant.family,
    nowMs: Date.now(),
  });
  const status = isJwt ? await statuses.take(expiresInSeconds) : undefined;
  const now = Date.now();
  const id = uuidv7(now);
  const iat = Math.floor(now / 1_000);
  const exp = iat + expiresInSeconds;
  const audiences = request.audiences.length === 0 ? [issuer] : request.audiences;
  const family = grant.family ?? { id, rootedAtMs: now };
  const claims = { ...customClaims(client), ...confirmation };
  const scope = grant.scopes.join(" ") || undefined;
  const value = status
    ? await keys.signAccessToken({
        ...claims,
        iss: issuer,
        sub: grant.subject,
        aud: audiences.length === 1 ? audiences[0] : audiences,
        client_id: client.clientId,
        jti: id,
        iat,
        exp,
        rooted_at: family.rootedAtMs,
        ...lineageClaims({ id, familyId: family.id, sessionUid: grant.sessionUid }),
        ...(scope === undefined ? {} : { scope }),
        groups: grant.groups,
        roles: [],
        entitlements: grant.permissions,
        status: { status_list: { idx: status.index, uri: statusListUri(issuer, status.listId) } },
      })
    : makeOpaque("twa_", id);
  const registered: NewToken = {
    id,
    issuedAt: new Date(now),
    kind: "access",
    format: client.tokenFormat,
    clientId: client.id,
    userId: grant.userId,
    subject: grant.subject,
    familyId: family.id,
    parentId: grant.parentId,
    sessionUid: grant.sessionUid,
    grantType,
    scopes: grant.scopes,
    groups: grant.groups,
    roles: [],
    audiences,
    claims,
    signingKid: isJwt ? keys.accessTokenKid : null,
    rootedAt: new Date(family.rootedAtMs),
    expiresAt: new Date(exp * 1_000),
    ip: facts.ip,
    userAgent: facts.userAgent,
    valueHash: hash("sha256", value, "buffer"),
    status,
  };
  return { value, registered, expiresInSeconds, exp, scope };
}
