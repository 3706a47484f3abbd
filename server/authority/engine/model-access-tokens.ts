import Provider, { errors, type KoaContextWithOIDC } from "oidc-provider";
import type { EngineDeps } from "./deps.ts";
import { currentExchange } from "./exchange.ts";
import { scopeValues } from "./extend-model.ts";
import { type Grant, makeAccessToken, serviceGrant } from "./make-access-token.ts";
import { personOf } from "./model-accounts.ts";
import { registryClient } from "./model-clients.ts";
import { markReplayed } from "./model-codes.ts";
import { groupsNow, isOidcScope, parentOf, sourceOf } from "./model-refresh-tokens.ts";
import { guarded } from "./protocol-errors.ts";
import { factsOf } from "./request-facts.ts";
import { defaultResourceOf, findResource } from "./resources.ts";
import type { SigningKeys } from "./signing-keys.ts";

type EngineToken = (InstanceType<Provider["AccessToken"]> | InstanceType<Provider["ClientCredentials"]>) & {
  expiresIn?: number;
};

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
    family: {
      id: source.familyId,
      rootedAtMs: source.rootedAtMs,
      familyEndsAtMs: source.familyEndsAtMs,
    },
  };
}

/** The permissions of a service's token: what it asked for of what it may have, or all of that. */
function servicePermissions(
  ctx: KoaContextWithOIDC,
  allowed: readonly string[],
  token: EngineToken,
): string[] {
  const asked = scopeValues(ctx.oidc.params?.scope as string | undefined);
  if (asked.length === 0) return [...allowed];
  const permissions = scopeValues(token.scope);
  if (permissions.length === 0)
    throw new errors.InvalidScope("requested scope is not allowed", asked.join(" "));
  return permissions;
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
  const made = await guarded(
    makeAccessToken({
      issuer: provider.issuer,
      organisation: deps.registry().organisation,
      keys,
      statuses: deps.statuses,
      client,
      grantType,
      grant: isService
        ? serviceGrant(client, servicePermissions(ctx, resource.permissions, token))
        : userGrant(provider, ctx, token),
      audiences: resource.audiences,
      confirmation: token.jkt === undefined ? {} : { cnf: { jkt: token.jkt } },
      facts: factsOf(deps, ctx.req),
    }),
  );
  token.expiresIn = made.expiresInSeconds;
  token.exp = made.exp;
  token.jti = made.registered.id;
  token.scope = made.scope;
  if (isService) await guarded(deps.register.record(made.registered));
  else {
    const exchange = currentExchange();
    if (exchange === null) throw new Error("a user's access token is issued outside an exchange");
    exchange.tokens.push(made.registered);
  }
  return made.value;
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
