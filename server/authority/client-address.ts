import type { IncomingMessage } from "node:http";
import proxyAddr from "@fastify/proxy-addr";

/** Whose address counts as the caller's, by TRUSTED_PROXIES. */
export type AddressReader = {
  /** The address of whoever sent the request: the peer, or what trusted proxies forwarded for it. */
  of(req: IncomingMessage): string;
  /** The address that a registered verifier speaks of: its own peer counts as trusted. */
  spokenOf(req: IncomingMessage): string | null;
};

export function createAddressReader(trustedProxies: readonly string[]): AddressReader {
  const isTrusted = trustedProxies.length === 0 ? () => false : proxyAddr.compile([...trustedProxies]);
  return {
    of: (req) => proxyAddr(req, isTrusted),
    spokenOf: (req) => {
      if (req.headers["x-forwarded-for"] === undefined) return null;
      const address = proxyAddr(
        req,
        (candidate: string, hop: number) => hop === 0 || isTrusted(candidate, hop),
      );
      return address.length <= 64 ? address : null;
    },
  };
}
