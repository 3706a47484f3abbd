import type { IncomingMessage } from "node:http";
import { TokenBuckets } from "#lib/bounds/token-buckets.ts";
import type { Env } from "#lib/env.ts";
import { addressKey } from "#lib/sign-in/address-key.ts";
import { createAddressReader } from "#server/authority/client-address.ts";
import type { Refusal } from "./refuse.ts";

const BURST_SECONDS = 10;

const TOO_MANY: Refusal = {
  status: 429,
  code: "TOO_MANY_REQUESTS",
  title: "Too many requests",
  detail: "Too many requests came from this address. Try again in a second.",
};

/** Bounds what one address asks of the console before Next sees it: a page costs a thousand times what this does. */
export function createAddressBound(
  env: Pick<Env, "bounds" | "trustedProxies">,
): (request: IncomingMessage) => Refusal | null {
  const addresses = createAddressReader(env.trustedProxies);
  const perSecond = env.bounds.consoleRequestsPerSecond;
  const buckets = new TokenBuckets({ perSecond, burst: perSecond * BURST_SECONDS });
  return (request) => (buckets.take(addressKey(addresses.of(request))) ? null : TOO_MANY);
}
