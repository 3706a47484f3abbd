import { TokenBuckets } from "#lib/bounds/token-buckets.ts";
import type { Context } from "#lib/context.ts";
import { getEnv } from "#lib/env.ts";
import { addressKey } from "#lib/sign-in/address-key.ts";
import { RequestRefusal } from "./problem.ts";

const BURST_SECONDS = 10;

// each route is a bundle of its own: one count for all of them
const store = globalThis as typeof globalThis & { tokenwardenActorBuckets?: TokenBuckets };

/**
 * Bounds what one admin or API token asks of the API in a second, and strangers by their address. A session's pages are not counted.
 *
 * @throws {RequestRefusal} 429
 */
export function requireWithinBound({ actor, ip }: Pick<Context, "actor" | "ip">): void {
  const perSecond = getEnv().bounds.apiRequestsPerSecond;
  store.tokenwardenActorBuckets ??= new TokenBuckets({ perSecond, burst: perSecond * BURST_SECONDS });
  const key = actor.kind === "anonymous" ? `address ${addressKey(ip)}` : `${actor.kind} ${actor.id}`;
  if (!store.tokenwardenActorBuckets.take(key))
    throw new RequestRefusal(429, "TOO_MANY_REQUESTS", "Too many requests. Try again in a second.");
}
