import type { IncomingMessage } from "node:http";
import { isIP } from "node:net";
import proxyAddr from "@fastify/proxy-addr";
import { plainAddress } from "#lib/list-query/address.ts";

/** Whose address counts as the caller's, by TRUSTED_PROXIES. */
export type AddressReader = {
  /** The address of whoever sent the request: the peer, or what trusted proxies forwarded for it; empty where the connection is gone. */
  of(req: IncomingMessage): string;
  /** Whether a trusted proxy sent the request, for somebody else. */
  isForwarded(req: IncomingMessage): boolean;
  /** The address that a registered verifier speaks of: its own peer counts as trusted. */
  spokenOf(req: IncomingMessage): string | null;
};

/** An address in the one spelling of the log, whatever that of a socket or a proxy. */
function plain(address: string): string {
  return address.includes(":") ? (plainAddress(address) ?? address) : address;
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
