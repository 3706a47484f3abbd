import { randomUUID } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { TokenBuckets } from "#lib/bounds/token-buckets.ts";
import type { Env } from "#lib/env.ts";
import { addressKey } from "#lib/sign-in/address-key.ts";
import { createAddressReader } from "#server/authority/client-address.ts";

const BURST_SECONDS = 10;

/**
 * Bounds what one address asks of the console before Next sees it: a page costs a thousand times what this does.
 *
 * @returns whether the request was refused; then it is answered.
 */
export function createAddressBound(
  env: Pick<Env, "bounds" | "trustedProxies">,
): (request: IncomingMessage, response: ServerResponse) => boolean {
  const addresses = createAddressReader(env.trustedProxies);
  const perSecond = env.bounds.consoleRequestsPerSecond;
  const buckets = new TokenBuckets({ perSecond, burst: perSecond * BURST_SECONDS });
  return (request, response) => {
    if (buckets.take(addressKey(addresses.of(request)))) return false;
    const requestId = randomUUID();
    response.writeHead(429, {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "retry-after": "1",
      "x-request-id": requestId,
    });
    response.end(
      JSON.stringify({
        type: "urn:tokenwarden:problem:too-many-requests",
        title: "Too many requests",
        status: 429,
        detail: "Too many requests came from this address. Try again in a second.",
        code: "TOO_MANY_REQUESTS",
        requestId,
        errors: [],
      }),
    );
    return true;
  };
}
