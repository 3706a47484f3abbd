import { createHash } from "node:crypto";
import Provider, { errors, type KoaContextWithOIDC } from "oidc-provider";
import { RESERVED_CLAIMS } from "#lib/clients/model.ts";
import { uuidv7 } from "#lib/ids.ts";
import type { RegistryClient } from "#lib/registry/snapshot.ts";
import { makeOpaque } from "#lib/tokens/opaque.ts";
import type { NewToken } from "#lib/tokens/register.ts";
import type { EngineDeps } from "./deps.ts";
import { currentExchange } from "./exchange.ts";
import { scopeValues } from "./extend-model.ts";
import { accessTokenTtlSeconds } from "./lifetimes.ts";
import { personOf } from "./model-accounts.ts";
import { registryClient } from "./model-clients.ts";
import { markReplayed } from "./model-codes.ts";
import { addressOf, groupsNow, isOidcScope, parentOf, sourceOf } from "./model-refresh-tokens.ts";
import { guarded } from "./protocol-errors.ts";
import { defaultResourceOf, findResource } from "./resources.ts";
import type { SigningKeys } from "./signing-keys.ts";

type EngineToken = (InstanceType<Provider["AccessToken"]> | InstanceType<Provider["ClientCredentials"]>) & {
  expiresIn?: number;
};

/** What a token says, before it is a JWT or an opaque value. */
type Grant = Pick<NewToken, "subject" | "userId" | "scopes" | "groups" | "sessionUid" | "parentId"> & {
  permissions: string[];
  /** Null: the token roots itself. */
  family: { id: string; rootedAtMs: number } | null;
};

function customClaims(client: RegistryClient): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(client.customClaims).filter(([name]) => !RESERVED_CLAIMS.has(name)),
  );
}

function userGrant(provider: Provider, ctx: KoaContextWithOIDC, token: EngineToken): Grant {
  const source = sourceOf(ctx);
  const person = personOf(ctx);
  const asked = scopeValues((ctx.oidc.params?.scope as string | undefined) ?? source.scope);
  const consented = scopeValues(ctx.oidc.grant?.getOIDCScopeFiltered(new Set(asked)));
  const oidc = consented.filter((scope) => isOidcScope(provider, scope));
  // the engine has left what was asked for, consented to, and allowed to the client at this resource
  const permissions = scopeValues(token.scope).filter((scope) => person.permissions.has(scope));
  return {
    subject: person.id,
    userId: person.id,
    scopes: [...oidc, ...permissions],
    permissions,
    groups: groupsNow(ctx),
    sessionUid: source.sessionUid ?? null,
    parentId: parentOf(ctx)?.tokenId ?? null,
    family: { id: source.familyId, rootedAtMs: source.rootedAtMs },
  };
}

function serviceGrant(
  client: RegistryClient,
  ctx: KoaContextWithOIDC,
  allowed: readonly string[],
  token: EngineToken,
): Grant {
  const asked = scopeValues(ctx.oidc.params?.scope as string | undefined);
  const permissions = asked.length === 0 ? [...allowed] : scopeValues(token.scope);
  if (asked.length > 0 && permissions.length === 0)
    throw new errors.InvalidScope("requested scope is not allowed", asked.join(" "));
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

/** Proof-of-possession binding. @see RFC 9449 section 6.1 */
function confirmation(token: EngineToken): Record<string, unknown> {
  return token.jkt === undefined ? {} : { cnf: { jkt: token.jkt } };
}

/** Puts a token together, signs it, and has it on record before its value is known to anybody. */
async function issue(
  provider: Provider,
  deps: EngineDeps,
  keys: SigningKeys,
  token: EngineToken,
): Promise<string> {
  const ctx = Provider.ctx;
  if (ctx === undefined) throw new Error("an access token is issued outside a request");
  const grantType = String(ctx.oidc.params?.grant_type);
  const client = registryClient(deps, token.clientId);
  if (client.isDisabled) throw new errors.InvalidClientAuth("the client is disabled");
  const indicator = token.resourceServer?.identifier() ?? defaultResourceOf(client.clientId);
  const resource = findResource(client, indicator);
  if (resource === null) throw new errors.InvalidTarget();
  const isService = grantType === "client_credentials";
  const grant = isService
    ? serviceGrant(client, ctx, resource.permissions, token)
    : userGrant(provider, ctx, token);

  const now = Date.now();
  const id = uuidv7(now);
  const iat = Math.floor(now / 1_000);
  const ttlSeconds = accessTokenTtlSeconds(deps.registry().organisation, client, grantType);
  const audiences = resource.audiences.length === 0 ? [provider.issuer] : resource.audiences;
  const family = grant.family ?? { id, rootedAtMs: now };
  const claims = { ...customClaims(client), ...confirmation(token) };
  const isJwt = client.tokenFormat === "jwt";
  token.expiresIn = ttlSeconds;
  token.exp = iat + ttlSeconds;
  token.jti = id;
  token.scope = grant.scopes.join(" ") || undefined;

  const value = isJwt
    ? await keys.signAccessToken({
        ...claims,
        iss: provider.issuer,
        sub: grant.subject,
        aud: audiences.length === 1 ? audiences[0] : audiences,
        client_id: client.clientId,
        jti: id,
        iat,
        exp: token.exp,
        rooted_at: family.rootedAtMs,
        ...(token.scope === undefined ? {} : { scope: token.scope }),
        groups: grant.groups,
        roles: [],
        entitlements: grant.permissions,
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
    expiresAt: new Date(token.exp * 1_000),
    ...addressOf(deps, ctx),
    valueHash: createHash("sha256").update(value).digest(),
  };
  if (isService) await guarded(deps.register.record(registered));
  else {
    const exchange = currentExchange();
    if (exchange === null) throw new Error("a user's access token is issued outside an exchange");
    exchange.tokens.push(registered);
  }
  return value;
}

/** Access tokens are ours from their id to their value: the engine decides only whether there is to be one. */
export function shapeAccessTokens(provider: Provider, deps: EngineDeps, keys: SigningKeys): void {
  for (const model of [provider.AccessToken, provider.ClientCredentials]) {
    Object.defineProperties(model.prototype, {
      // the engine takes one audience at most; ours are put in at issue
      setAudience: {
        value(this: EngineToken) {
          this.aud = provider.issuer;
        },
      },
      save: {
        value(this: EngineToken) {
          return issue(provider, deps, keys, this);
        },
      },
    });
  }
  Object.defineProperty(provider.AccessToken, "revokeByGrantId", { value: markReplayed });
}
