import { type Allowance, TokenBuckets } from "#lib/bounds/token-buckets.ts";
import type { Context } from "#lib/context.ts";
import { getEnv } from "#lib/env.ts";
import { addressKey } from "#lib/sign-in/address-key.ts";
import { RequestRefusal } from "./problem.ts";

const BURST_SECONDS = 10;

// each route is a bundle of its own: one count for all of them
const store = globalThis as typeof globalThis & { tokenwardenActorBuckets?: TokenBuckets };

function actorBuckets(): TokenBuckets {
  const perSecond = getEnv().bounds.apiRequestsPerSecond;
  store.tokenwardenActorBuckets ??= new TokenBuckets({ perSecond, burst: perSecond * BURST_SECONDS });
  return store.tokenwardenActorBuckets;
}

function bucketOf({ actor, ip }: Pick<Context, "actor" | "ip">): string {
  return actor.kind === "anonymous" ? `address ${addressKey(ip)}` : `${actor.kind} ${actor.id}`;
}

/**
 * Bounds what one admin or API token asks of the API in a second, and strangers by their address. A session's pages are not counted.
 *
 * @throws {RequestRefusal} 429
 */
export function requireWithinBound(caller: Pick<Context, "actor" | "ip">): void {
  if (!actorBuckets().take(bucketOf(caller)))
    throw new RequestRefusal(429, "TOO_MANY_REQUESTS", "Too many requests. Try again in a second.");
}

/**
 * What the caller may still ask for, by the very count that refuses: `r` requests at once, and all of `q` again after `t` seconds of none.
 *
 * @see draft-ietf-httpapi-ratelimit-headers
 */
export function tellBound(headers: Headers, caller: Pick<Context, "actor" | "ip">): void {
  const { left, burst, fullAfterSeconds }: Allowance = actorBuckets().look(bucketOf(caller));
  const name = caller.actor.kind === "anonymous" ? "address" : "caller";
  headers.set("ratelimit-policy", `"${name}";q=${burst};w=${BURST_SECONDS}`);
  headers.set("ratelimit", `"${name}";r=${Math.floor(left)};t=${Math.ceil(fullAfterSeconds)}`);
}
