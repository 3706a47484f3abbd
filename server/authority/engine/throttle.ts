import type { KoaContextWithOIDC } from "oidc-provider";
import { addressKey } from "#lib/sign-in/address-key.ts";
import { Throttled } from "#server/authority/bounds/throttled.ts";
import { findCaller, readCredentials } from "#server/authority/callers.ts";
import type { EngineDeps } from "./deps.ts";
import { factsOf } from "./request-facts.ts";
import { answerUnavailable } from "./token-endpoint.ts";

/** An exchange beside a verification: the engine's work, a signature, several statements. */
const EXCHANGE_COST = 4;
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
  ctx.body = { error: error.error, error_description: error.message, request_id: requestId };
}

function isFailure(ctx: KoaContextWithOIDC): boolean {
  const { error } = (ctx.body ?? {}) as { error?: unknown };
  return ctx.status === 401 || (typeof error === "string" && FAILURES.has(error));
}

/** The bounds of the engine's endpoints: each client its share, failures by address, authorizations by address. */
export function createThrottle(deps: EngineDeps) {
  const { bounds } = deps;

  async function exchange(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    const { ip } = factsOf(deps, ctx.req);
    const { clientId, named, isWrong } = readHeader(deps, ctx.req.headers.authorization);
    // once an address has failed often enough, its wrong secrets do not reach the engine any more
    const isKnownToFail = isWrong && bounds.isSpent(ip);
    if (!isKnownToFail) {
      if (clientId === null && ctx.path === "/oauth/par") bounds.countAuthorization(ip);
      await bounds.turnstile.pass(clientId ?? `address ${addressKey(ip)}`, EXCHANGE_COST, next);
      if (clientId !== null || !isFailure(ctx)) return;
    }
    deps.countRefusal(named ?? "nobody", ip, "credentials");
    const throttled = bounds.refuseCredentials(ip, null);
    if (throttled !== null) throw throttled;
  }

  return async function throttle(ctx: KoaContextWithOIDC, next: () => Promise<void>): Promise<void> {
    const isExchange = ctx.method === "POST" && (ctx.path === "/oauth/token" || ctx.path === "/oauth/par");
    if (!isExchange && ctx.path !== "/oauth/authorize") return next();
    if (deps.isStale()) return answerUnavailable(ctx);
    try {
      if (isExchange) return await exchange(ctx, next);
      bounds.countAuthorization(factsOf(deps, ctx.req).ip);
      return await next();
    } catch (error) {
      if (!(error instanceof Throttled)) throw error;
      await bounds.hold(error);
      refuse(ctx, error, factsOf(deps, ctx.req).requestId);
    }
  };
}
