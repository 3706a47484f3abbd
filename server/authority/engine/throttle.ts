import { setTimeout as wait } from "node:timers/promises";
import type { KoaContextWithOIDC } from "oidc-provider";
import { addressAsker } from "#server/authority/bounds/bounds.ts";
import { Throttled } from "#server/authority/bounds/throttled.ts";
import { findCaller, readCredentials } from "#server/authority/callers.ts";
import type { EngineDeps } from "./deps.ts";
import { DEVICE_PATH, namedNoCode } from "./device-pages.ts";
import { factsOf } from "./request-facts.ts";
import { answerUnavailable } from "./token-endpoint.ts";

/** A request of the engine beside a verification: its own work, a signature, several statements. */
export const ENGINE_COST = 4;
/** The same of an asker that has spent its garbage: two at once beside others, good ones among them. */
const SPENT_COST = 8;
/** What a refused request of such an asker keeps its place for: two at once look at no more than 80 in a second, whatever one costs. */
const SPENT_PAUSE_MS = 25;
/** Addresses where whoever comes has something written for them. */
const WRITING = new Set(["/oauth/authorize", "/oauth/logout", "/oauth/logout/confirm", DEVICE_PATH]);
/** Addresses where a client asks, by POST. */
const EXCHANGES = new Set(["/oauth/token", "/oauth/par", "/oauth/device_authorization"]);
/** What a device hears while nobody has typed its code: as it should be. */
const WAITING = new Set(["authorization_pending", "slow_down"]);
/** What somebody without a good secret can get wrong as often as they like. */
const FAILURES = new Set(["invalid_client", "invalid_grant"]);

type Presented = {
  /** The client whose secret stands in the Authorization header. */
  clientId: string | null;
  /** The registered client that is named there, whatever the secret. */
  named: string | null;
  isWrong: boolean;
};

/** Who asks, as far as the header tells it; a secret in the form is the engine's to read. */
function readHeader(deps: EngineDeps, authorization: string | undefined): Presented {
  if (authorization === undefined) return { clientId: null, named: null, isWrong: false };
  const credentials = readCredentials(authorization, null);
  if (credentials === null || credentials === "malformed")
    return { clientId: null, named: null, isWrong: true };
  const named = deps.registry().clientsByClientId.get(credentials.id ?? "")?.id ?? null;
  const caller = findCaller(deps.registry(), credentials, Date.now());
  return caller?.kind === "client"
    ? { clientId: caller.client.id, named, isWrong: false }
    : { clientId: null, named, isWrong: true };
}

function refuse(ctx: KoaContextWithOIDC, error: Throttled, requestId: string): void {
  ctx.status = error.status;
  ctx.type = "json";
  ctx.set("retry-after", "1");
  ctx.set("cache-control", "no-store");
  for (const name of ["location", "set-cookie", "www-authenticate"]) ctx.remove(name);
  ctx.body = { error: error.error, error_description: error.message, request_id: requestId };
}

function errorOf(ctx: KoaContextWithOIDC): string | null {
  const { error } = (ctx.body ?? {}) as { error?: unknown };
  return typeof error === "string" ? error : null;
}

function isRefused(ctx: KoaContextWithOIDC): boolean {
  return ctx.status >= 400 && ctx.status < 500 && !WAITING.has(errorOf(ctx) ?? "");
}

function isFailure(ctx: KoaContextWithOIDC): boolean {
  const error = errorOf(ctx);
  return ctx.status === 401 || (error !== null && FAILURES.has(error));
}

/**
 * The bounds of the engine's endpoints: each client, and each address where nobody authenticates, its share; failed authentications by address;
 * what is refused and what writes by whoever asks.
 */
export function createThrottle(deps: EngineDeps) {
  const { bounds } = deps;

  /** Lets an asker's request into the engine when it is its turn. */
  function enter(ctx: KoaContextWithOIDC, asker: string, next: () => Promise<void>): Promise<void> {
    deps.reading.saw(ctx.req, ctx.res, asker);
    const costOf = () => (bounds.isGarbageSpent(asker) ? SPENT_COST : ENGINE_COST);
    return bounds.turnstile.pass(asker, costOf, async () => {
      await next();
      if (isRefused(ctx) && bounds.isGarbageSpent(asker)) await wait(SPENT_PAUSE_MS);
    });
  }

  async function exchange(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    const { ip } = factsOf(deps, ctx.req);
    const { clientId, named, isWrong } = readHeader(deps, ctx.req.headers.authorization);
    const asker = clientId ?? addressAsker(ip);
    // once an address has failed often enough, its wrong secrets do not reach the engine any more
    const isKnownToFail = isWrong && bounds.isSpent(ip);
    if (!isKnownToFail) {
      if (ctx.path !== "/oauth/token") bounds.countAuthorization(asker);
      await enter(ctx, asker, next);
      if (!isRefused(ctx)) return;
      if (clientId !== null || !isFailure(ctx)) return bounds.countGarbage(asker);
    }
    deps.countRefusal(named ?? "nobody", ip, "credentials");
    const throttled = bounds.refuseCredentials(ip, null);
    if (throttled !== null) throw throttled;
  }

  async function visit(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    const { ip } = factsOf(deps, ctx.req);
    const asker = addressAsker(ip);
    if (WRITING.has(ctx.path)) {
      bounds.countAuthorization(asker);
      return enter(ctx, asker, next);
    }
    await enter(ctx, asker, next);
    if (isRefused(ctx)) bounds.countGarbage(asker);
  }

  /** Somebody typed a device's code. Whoever guesses learns nothing more, not even of a code that is right. */
  async function typeCode(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    const { ip } = factsOf(deps, ctx.req);
    bounds.takeCode(ip);
    try {
      await visit(ctx, next);
    } finally {
      if (!namedNoCode(ctx.req)) bounds.giveCodeBack(ip);
    }
  }

  return async function throttle(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    const isExchange = ctx.method === "POST" && EXCHANGES.has(ctx.path);
    if ((isExchange || ctx.path === "/oauth/authorize" || ctx.path === DEVICE_PATH) && deps.isStale())
      return answerUnavailable(ctx);
    try {
      if (isExchange) return await exchange(ctx, next);
      const isTyping = ctx.method === "POST" && ctx.path === DEVICE_PATH;
      return await (isTyping ? typeCode(ctx, next) : visit(ctx, next));
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      await bounds.hold(error);
      refuse(ctx, error, factsOf(deps, ctx.req).requestId);
    }
  };
}
