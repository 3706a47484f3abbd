import { API_TOKEN_REFUSALS } from "#lib/api-tokens/model.ts";
import { recordRefusedUse } from "#lib/api-tokens/record-refused-use.ts";
import { requirePermission } from "#lib/authz/require-permission.ts";
import { TokenBuckets } from "#lib/bounds/token-buckets.ts";
import type { Context } from "#lib/context.ts";
import { DomainError } from "#lib/errors.ts";
import type { Caller } from "./context-of.ts";
import { RequestRefusal } from "./problem.ts";
import type { AnyRouteSpec } from "./route-spec.ts";

/** Entries a stolen token leaves: each is on record, and whoever sends more is only told to stop. */
const RECORDED = { perSecond: 1, burst: 20 };

// each route is a bundle of its own: one count for all of them
const store = globalThis as typeof globalThis & { tokenwardenRefusedTokens?: TokenBuckets };

/**
 * Lets the caller pass or refuses. An API token that opens nothing any more, or not from here, is told why, and put on record first, with the address.
 *
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN
 * @throws {RequestRefusal} API_TOKEN_REVOKED, API_TOKEN_EXPIRED, API_TOKEN_CREATOR_DISABLED, API_TOKEN_NETWORK
 */
export async function requireAccess({ ctx, refused }: Caller, spec: AnyRouteSpec): Promise<void> {
  const access = spec.permission;
  if (access === "public") return;
  if (refused !== undefined) {
    const { refusal } = refused;
    store.tokenwardenRefusedTokens ??= new TokenBuckets(RECORDED);
    if (!store.tokenwardenRefusedTokens.take(refused.id))
      throw new RequestRefusal(429, "TOO_MANY_REQUESTS", "Too many requests. Try again in a second.");
    await recordRefusedUse(ctx, { ...refused, request: `${spec.method} ${spec.path}` });
    if (refusal !== "API_TOKEN_NETWORK") throw new RequestRefusal(401, refusal, API_TOKEN_REFUSALS[refusal]);
    throw new RequestRefusal(
      403,
      refusal,
      `${API_TOKEN_REFUSALS[refusal]} (${ctx.ip ?? "which is unknown"}).`,
    );
  }
  requireAllowed(ctx, spec);
}

/** The same of who is in the context. @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN */
export function requireAllowed(ctx: Context, { permission }: AnyRouteSpec): void {
  if (permission === "public") return;
  if (ctx.actor.kind === "anonymous") throw new DomainError("NOT_SIGNED_IN", "Sign in first.");
  if (permission !== "signed-in") requirePermission(ctx, permission);
}
