import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import proxyAddr from "@fastify/proxy-addr";

/** Whose address counts as the caller's, by TRUSTED_PROXIES. */
export type AddressReader = {
  /** The address of whoever sent the request: the peer, or what trusted proxies forwarded for it; empty where the connection is gone. */
  of(req: IncomingMessage): string;
  /** Whether a trusted proxy sent the request, for somebody else. */
  isForwarded(req: IncomingMessage): boolean;
  /** The address that a registered verifier speaks of: its own peer counts as trusted. */
  spokenOf(req: IncomingMessage): string | null;
};

/** An IPv4 address as it is written everywhere else, also where a socket of both families tells it. */
function plain(address: string): string {
  return address.replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}

export function createAddressReader(trustedProxies: readonly string[]): AddressReader {
  const isTrusted = trustedProxies.length === 0 ? () => false : proxyAddr.compile([...trustedProxies]);
  return {
    // a connection that was cut has none
    of: (req) => plain(proxyAddr(req, isTrusted) ?? ""),
    isForwarded: (req) => proxyAddr(req, isTrusted) !== req.socket.remoteAddress,
    spokenOf: (req) => {
      if (req.headers["x-forwarded-for"] === undefined) return null;
      const address = plain(
        proxyAddr(req, (candidate: string, hop: number) => hop === 0 || isTrusted(candidate, hop)),
      );
      // what is no address is no evidence of one
      return isIP(address) === 0 || address.includes("%") ? null : address;
    },
  };
}
