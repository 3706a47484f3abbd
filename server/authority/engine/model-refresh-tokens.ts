import { hash } from "node:crypto";
import { calculateJwkThumbprint, decodeProtectedHeader } from "jose";
import Provider, { type KoaContextWithOIDC } from "oidc-provider";
import { uuidv7 } from "#lib/ids.ts";
import { refreshTokenEnd } from "#lib/lifetimes/ends.ts";
import { consumeRefreshToken, findConsumption, lockFamily } from "#lib/protocol/family.ts";
import { readVerdict } from "#lib/protocol/read-verdict.ts";
import { makeOpaque, parseOpaque } from "#lib/tokens/opaque.ts";
import type { EngineDeps } from "./deps.ts";
import { currentExchange, type Exchange } from "./exchange.ts";
import { extendPayload, keepConsumedUnexpired, pickPayload, scopeValues } from "./extend-model.ts";
import { judgeForgotten } from "./judge-forgotten.ts";
import { familySeconds, lifetimeSeconds } from "./lifetimes.ts";
import { personOf } from "./model-accounts.ts";
import { registryClient } from "./model-clients.ts";
import { type EngineCode, type FamilyFields, markReplayed } from "./model-codes.ts";
import { invalidGrant } from "./protocol-errors.ts";
import { factsOf } from "./request-facts.ts";
import { findResource } from "./resources.ts";
import { judgeSecondUse } from "./second-use.ts";

export type EngineRefreshToken = InstanceType<Provider["RefreshToken"]> &
  FamilyFields & {
    /** The register's id. */
    tokenId: string;
    groups: string[];
    audiences: string[];
    sessionUid?: string;
  };

type RefreshClass = {
  find(value: string, options?: object): Promise<EngineRefreshToken | undefined>;
  revokeByGrantId(grantId: string): Promise<void>;
  prototype: EngineRefreshToken & {
    save(): Promise<string>;
    consume(): Promise<void>;
    destroy(): Promise<void>;
  };
};

/** What the tokens of the running exchange come from: the refresh token that was presented, or the code, a device's too. */
export function sourceOf(ctx: KoaContextWithOIDC): EngineRefreshToken | EngineCode {
  const { AuthorizationCode, DeviceCode } = ctx.oidc.entities;
  const source = parentOf(ctx) ?? AuthorizationCode ?? DeviceCode;
  if (source === undefined) throw new Error("a user's token is issued without a code or refresh token");
  return source as EngineRefreshToken | EngineCode;
}

/** The refresh token that was presented, used up by the exchange or not, or null for a code's. */
export function parentOf(ctx: KoaContextWithOIDC): EngineRefreshToken | null {
  const { RotatedRefreshToken, RefreshToken } = ctx.oidc.entities;
  const isRefresh = ctx.oidc.params?.grant_type === "refresh_token";
  const presented = RotatedRefreshToken ?? (isRefresh ? RefreshToken : undefined);
  return (presented as EngineRefreshToken | undefined) ?? null;
}

/** Groups as they are now, and never one that the generation before did not have. */
export function groupsNow(ctx: KoaContextWithOIDC): string[] {
  const { groups } = personOf(ctx);
  const before = parentOf(ctx)?.groups;
  return before === undefined ? groups : groups.filter((group) => before.includes(group));
}

function audiencesOf(deps: EngineDeps, token: EngineRefreshToken): string[] {
  const client = registryClient(deps, token.clientId);
  const indicators = token.resource === undefined ? [] : [token.resource].flat();
  const names = indicators.flatMap((indicator) => findResource(client, indicator)?.audiences ?? []);
  return [...new Set(names)];
}

/**
 * The thumbprint of the key that the request proved, which the engine has checked; undefined where it brought no proof. The engine binds what a code gives, but
 * not what replaces a refresh token that is bound to nothing. @see RFC 9449 section 5
 */
async function proofThumbprint(ctx: KoaContextWithOIDC): Promise<string | undefined> {
  const { dpop } = ctx.req.headers;
  if (typeof dpop !== "string") return undefined;
  const { jwk } = decodeProtectedHeader(dpop);
  return jwk === undefined ? undefined : calculateJwkThumbprint(jwk);
}

/** The token's scope without what its client or its person may no longer have: each generation is within the one before. */
function narrowedScope(provider: Provider, deps: EngineDeps, ctx: KoaContextWithOIDC, scope: string): string {
  const client = registryClient(deps, ctx.oidc.client?.clientId);
  const allowed = new Set(client.permissions.map((permission) => permission.name));
  const { permissions } = personOf(ctx);
  return scopeValues(scope)
    .filter((value) => isOidcScope(provider, value) || (allowed.has(value) && permissions.has(value)))
    .join(" ");
}

const OIDC_SCOPES = new WeakMap<Provider, ReadonlySet<string>>();

export function rememberOidcScopes(provider: Provider, scopes: readonly string[]): void {
  OIDC_SCOPES.set(provider, new Set(scopes));
}

export function isOidcScope(provider: Provider, scope: string): boolean {
  return OIDC_SCOPES.get(provider)?.has(scope) ?? false;
}

/** Longer than it takes until a dead process is taken for dead. */
const SECOND_USE_WAIT_MS = 6_500;
const SECOND_USE_POLL_MS = 50;

async function judgePresented(
  deps: EngineDeps,
  exchange: Exchange,
  token: EngineRefreshToken,
): Promise<void> {
  const client = registryClient(deps, token.clientId);
  const presented = {
    kind: "refresh_token" as const,
    id: token.tokenId,
    tokenId: token.tokenId,
    protocolClientId: client.clientId,
    familyId: token.familyId,
    sessionUid: token.sessionUid ?? null,
    userId: token.accountId,
    subject: token.accountId,
    clientId: client.id,
    scopes: scopeValues(token.scope),
    groups: token.groups,
    audiences: token.audiences,
    signingKid: null,
    rootedAtMs: token.rootedAtMs,
  };
  exchange.presented = presented;
  if (Provider.ctx?.oidc.client?.clientId !== client.clientId) {
    exchange.refusal = "wrong_client";
    throw invalidGrant("the refresh token is another client's");
  }
  await exchange.enter(token.familyId);
  const until = performance.now() + SECOND_USE_WAIT_MS;
  for (;;) {
    await lockFamily(exchange.sql, token.familyId);
    const verdict = await readVerdict(exchange.sql, [presented], Date.now());
    if (verdict.isRevoked || verdict.isSuspended) {
      // it was superseded, and somebody has it all the same: two hold tokens of the family
      if (verdict.order?.targetKind === "token" && verdict.order.reason === "superseded")
        await markReplayed();
      else exchange.refusal = verdict.isRevoked ? "revoked" : "suspended";
      throw invalidGrant(`the refresh token is ${exchange.refusal}`);
    }
    if (client.isDisabled) {
      exchange.refusal = "client_disabled";
      throw invalidGrant("the client is disabled");
    }
    const consumedAt = await findConsumption(exchange.sql, token.tokenId);
    token.consumed = consumedAt ?? undefined;
    if (consumedAt === null) break;
    const hasWaited = performance.now() > until;
    const secondUse = await judgeSecondUse(deps, exchange.sql, presented, consumedAt, hasWaited);
    if (secondUse === "replay") break;
    if (secondUse !== "unknown") {
      token.consumed = undefined;
      exchange.supersedes = secondUse.supersedes;
      break;
    }
    // whether the first answer left is known in a moment, or its process is dead in a few: nothing is held meanwhile
    await exchange.pause(SECOND_USE_POLL_MS);
  }
  if (token.isExpired) exchange.refusal = "expired";
}

/** Refresh tokens are rows of the register; they rotate at each use, and a second use ends their family. @see RFC 9700 section 4.14.2 */
export function shapeRefreshTokens(provider: Provider, deps: EngineDeps): void {
  const Refresh = provider.RefreshToken as unknown as RefreshClass;
  extendPayload(Refresh, ["tokenId", "familyId", "rootedAtMs", "familyEndsAtMs", "groups", "audiences"]);
  keepConsumedUnexpired(Refresh.prototype);

  const find = Refresh.find;
  Refresh.find = async function findForExchange(value) {
    const exchange = currentExchange();
    if (exchange === null || typeof value !== "string" || parseOpaque(value)?.kind !== "refresh")
      return undefined;
    const token = await find.call(Refresh, value, { ignoreExpiration: true });
    if (token === undefined) await judgeForgotten(deps, exchange, value);
    else await judgePresented(deps, exchange, token);
    return token;
  };

  Refresh.prototype.consume = async function consumeOnce(this: EngineRefreshToken) {
    const exchange = currentExchange();
    if (exchange === null) throw new Error("a refresh token is used outside an exchange");
    const token = { id: this.tokenId, familyId: this.familyId };
    // the first use stands
    if (exchange.supersedes !== null) return;
    if (await consumeRefreshToken(exchange.sql, token, new Date())) return;
    await markReplayed();
    throw invalidGrant("the refresh token was used at the same moment");
  };

  Refresh.prototype.save = async function saveInRegister(this: EngineRefreshToken) {
    const ctx = Provider.ctx;
    const exchange = currentExchange();
    if (ctx === undefined || exchange === null)
      throw new Error("a refresh token is issued outside an exchange");
    const client = registryClient(deps, this.clientId);
    const source = sourceOf(ctx);
    const { organisation } = deps.registry();
    const now = Date.now();
    this.tokenId = uuidv7(now);
    this.familyId = source.familyId;
    this.rootedAtMs = source.rootedAtMs;
    this.familyEndsAtMs = source.familyEndsAtMs;
    this.groups = groupsNow(ctx);
    this.audiences = audiencesOf(deps, this);
    this.scope = narrowedScope(provider, deps, ctx, this.scope ?? "");
    if (client.authMethod === "none") this.jkt ??= await proofThumbprint(ctx);
    this.iat = Math.floor(now / 1_000);
    const idleSeconds = lifetimeSeconds(organisation, client, "refreshTokenIdleSeconds");
    const absoluteSeconds = familySeconds(organisation, client, this);
    this.exp = refreshTokenEnd({ idleSeconds, absoluteSeconds }, this.rootedAtMs, now);
    const value = makeOpaque("twr_", this.tokenId);
    await this.adapter.upsert(value, pickPayload(this), Math.max(1, this.exp - this.iat));
    exchange.tokens.push({
      id: this.tokenId,
      issuedAt: new Date(now),
      kind: "refresh",
      format: "opaque",
      clientId: client.id,
      userId: this.accountId,
      subject: this.accountId,
      familyId: this.familyId,
      parentId: parentOf(ctx)?.tokenId ?? null,
      sessionUid: this.sessionUid ?? null,
      grantType: String(ctx.oidc.params?.grant_type),
      scopes: scopeValues(this.scope),
      groups: this.groups,
      roles: [],
      audiences: this.audiences,
      claims: {},
      signingKid: null,
      rootedAt: new Date(this.rootedAtMs),
      expiresAt: new Date(this.exp * 1_000),
      ...addressOf(deps, ctx),
      valueHash: hash("sha256", value, "buffer"),
    });
    return value;
  };

  Refresh.prototype.destroy = markReplayed;
  Refresh.revokeByGrantId = markReplayed;
}

function addressOf(deps: EngineDeps, ctx: KoaContextWithOIDC) {
  const { ip, userAgent } = factsOf(deps, ctx.req);
  return { ip, userAgent };
}
