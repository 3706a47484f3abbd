import Provider, { type KoaContextWithOIDC } from "oidc-provider";
import { isUnavailable } from "#lib/db/unavailable.ts";
import type { StateSeal } from "#lib/protocol/state-seal.ts";
import { useOnce } from "#server/authority/client-assertion.ts";
import { allowOf, isAddress } from "#server/authority/methods.ts";
import { logFailure } from "#server/log-failure.ts";
import { createConfiguration, OIDC_SCOPES } from "./configuration.ts";
import type { EngineDeps } from "./deps.ts";
import { shapeAccessTokens } from "./model-access-tokens.ts";
import { registryClient, shapeClients } from "./model-clients.ts";
import { shapeCodes, shapePushedRequests } from "./model-codes.ts";
import { shapeDeviceCodes, tellInterval } from "./model-device-codes.ts";
import { shapeIdTokens } from "./model-id-tokens.ts";
import { shapeInteractions } from "./model-interactions.ts";
import { rememberOidcScopes, shapeRefreshTokens } from "./model-refresh-tokens.ts";
import { shapeSessions } from "./model-sessions.ts";
import { shapeUserinfo } from "./model-userinfo.ts";
import { guardedSql } from "./protocol-errors.ts";
import { factsOf } from "./request-facts.ts";
import { coveredIndicators } from "./resources.ts";
import { securityHeaders } from "./security-headers.ts";
import { createServiceTokens, type ServiceTokens } from "./service-tokens.ts";
import { answerSignedOut } from "./signed-out.ts";
import { openSigningKeys } from "./signing-keys.ts";
import { createThrottle } from "./throttle.ts";
import { answerUnavailable, createTokenEndpoint } from "./token-endpoint.ts";

type Koa = { request: object };

/** The engine speaks of itself by the issuer alone: neither a Host header nor a proxy's can put another name into metadata, links or cookies. */
function speakAsIssuer(provider: Provider): void {
  const { host, protocol } = new URL(provider.issuer);
  Object.defineProperties((provider as unknown as Koa).request, {
    host: { get: () => host },
    protocol: { get: () => protocol.slice(0, -1) },
  });
}

/** A token of one audience may be asked for where all of a client's audiences were granted. */
function shapeIndicators(provider: Provider, deps: EngineDeps): void {
  for (const model of [provider.AuthorizationCode, provider.DeviceCode, provider.RefreshToken]) {
    Object.defineProperty(model.prototype, "resourceIndicators", {
      get(this: { clientId: string; resource?: string | string[] }) {
        const client = registryClient(deps, this.clientId);
        const granted = this.resource === undefined ? [] : [this.resource].flat();
        return new Set(granted.flatMap((indicator) => coveredIndicators(client, indicator)));
      },
    });
  }
}

/**
 * A DPoP proof or a client's assertion is good once, also when it comes twice at the same moment, and whatever becomes of the exchange that it was used for: what
 * notes it is no part of the exchange's transaction. @see RFC 9449 section 11.1, RFC 7523 section 3
 */
function shapeReplayDetection(provider: Provider, deps: EngineDeps): void {
  const usedIds = guardedSql(deps.usedIds);
  Object.defineProperty(provider.ReplayDetection, "unique", {
    value: (iss: string, jti: string, exp: number) => useOnce(usedIds, iss, jti, exp),
  });
}

/** What the engine has no route for. */
async function notFound(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  await next();
  if (ctx.status !== 404 || ctx.body) return;
  const allow = allowOf(ctx.path, ctx.method);
  if (allow !== null) ctx.set("allow", allow);
  ctx.status = allow === null ? 404 : 405;
  const description = allow === null ? "There is nothing at this address." : `Ask by ${allow}.`;
  ctx.body = { error: "invalid_request", error_description: description };
}

/**
 * The engine's router takes `/OAUTH/token` and `/oauth/token/` for `/oauth/token`, and what is bounded, counted and made one transaction here by its
 * address would not be: other spellings lead nowhere.
 */
async function requireSpelling(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
  if (isAddress(ctx.path)) await next();
}

function logErrors(provider: Provider, deps: EngineDeps): void {
  provider.on("error" as "server_error", (error: unknown) => {
    logFailure(deps.log, error, {}, "the protocol engine failed");
  });
  provider.on("server_error", (ctx, error) => {
    const fields = { requestId: factsOf(deps, ctx.req).requestId, path: ctx.path };
    logFailure(deps.log, error, fields, "the protocol engine failed");
    if (isUnavailable(error) && !ctx.response.is("html")) answerUnavailable(ctx);
  });
}

/**
 * An engine for the registry's present key set and clock tolerance. Both are fixed when an engine is built: another key set is another engine.
 *
 * @throws {DomainError} SEALED where the master key does not open a key; an Error where a purpose has no active key.
 */
export async function buildEngine(
  deps: EngineDeps,
  seal: StateSeal,
): Promise<{ provider: Provider; serviceTokens: ServiceTokens }> {
  const keys = await openSigningKeys(deps.registry().keys, deps.wrapper);
  const provider = new Provider(deps.env.authorityIssuer, createConfiguration({ deps, seal, keys }));
  speakAsIssuer(provider);
  rememberOidcScopes(provider, OIDC_SCOPES);
  shapeClients(provider, deps, keys.idTokenAlgorithm);
  shapeIdTokens(provider, keys.idTokenJwks);
  shapeCodes(provider, deps);
  shapePushedRequests(provider, deps);
  shapeDeviceCodes(provider, deps, seal);
  shapeRefreshTokens(provider, deps);
  shapeIndicators(provider, deps);
  shapeAccessTokens(provider, deps, keys);
  shapeSessions(provider, deps);
  shapeInteractions(provider, deps);
  shapeUserinfo(provider, deps);
  shapeReplayDetection(provider, deps);
  logErrors(provider, deps);
  provider.use(securityHeaders as never);
  provider.use(notFound as never);
  provider.use(createThrottle(deps) as never);
  provider.use(requireSpelling as never);
  provider.use(answerSignedOut as never);
  provider.use(tellInterval(deps) as never);
  provider.use(createTokenEndpoint(deps) as never);
  return { provider, serviceTokens: createServiceTokens(deps, keys) };
}
