import { BlockList, isIP } from "node:net";
import { plainAddress } from "#lib/list-query/address.ts";

/** Set from the socket by `instrumentation.ts` on every request, whatever the caller wrote there. */
export const PEER_HEADER = "x-tokenwarden-peer";

/** Turns addresses and CIDR ranges into a list that can be asked. */
export function trustedList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", prefix] = range.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list;
}

function plain(address: string): string | null {
  const bare = address.trim().replace(/^\[(.*)\](?::\d+)?$/, "$1");
  // one with a zone has no other spelling
  return plainAddress(bare) ?? (isIP(bare) === 0 ? null : bare);
}

function isTrusted(list: BlockList, address: string): boolean {
  return list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}

/**
 * The address that a request came from: the socket's, or, where that is a trusted proxy's, the nearest forwarded one that is not.
 * A forwarded address that a stranger wrote is never believed.
 */
export function clientAddress(headers: Headers, trusted: BlockList): string | null {
  let address = plain(headers.get(PEER_HEADER) ?? "");
  if (address === null) return null;
  const hops = (headers.get("x-forwarded-for") ?? "").split(",").reverse();
  for (const hop of hops) {
    if (!isTrusted(trusted, address)) return address;
    const next = plain(hop);
    if (next === null) return address;
    address = next;
  }
  return address;
}
