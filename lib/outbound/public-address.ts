import { BlockList, isIP } from "node:net";

// IANA's special-purpose registries (RFC 6890): nothing in them is somebody else's server on the internet
const NOT_PUBLIC_V4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.0.0.0/24",
  "192.0.2.0/24",
  "192.31.196.0/24",
  "192.52.193.0/24",
  "192.88.99.0/24",
  "192.168.0.0/16",
  "192.175.48.0/24",
  "198.18.0.0/15",
  "198.51.100.0/24",
  "203.0.113.0/24",
  "224.0.0.0/4",
  "240.0.0.0/4",
];
/** Inside of 2000::/3. 6to4 and Teredo carry an IPv4 address that would have to be looked at too: nobody serves by them. */
const NOT_PUBLIC_V6 = ["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"];
/** Unicast addresses that are given out. IPv4-mapped, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), unique local, link-local and multicast are outside. */
const GLOBAL_V6 = ["2000::/3"];

function listOf(ranges: readonly string[], family: "ipv4" | "ipv6"): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", prefix = ""] = range.split("/");
    list.addSubnet(network, Number(prefix), family);
  }
  return list;
}

const notPublicV4 = listOf(NOT_PUBLIC_V4, "ipv4");
const notPublicV6 = listOf(NOT_PUBLIC_V6, "ipv6");
const globalV6 = listOf(GLOBAL_V6, "ipv6");

/**
 * Whether an IP address is one of the public internet. Loopback, private, link-local with the clouds' metadata address, carrier-grade NAT, multicast,
 * documentation, and IPv6 addresses that carry an IPv4 one are none; neither is what is no address.
 */
export function isPublicAddress(address: string): boolean {
  switch (isIP(address)) {
    case 4:
      return !notPublicV4.check(address, "ipv4");
    case 6:
      // a zone belongs to link-local addresses alone
      return !address.includes("%") && globalV6.check(address, "ipv6") && !notPublicV6.check(address, "ipv6");
    default:
      return false;
  }
}
