import { BlockList, isIP } from "node:net";

/** Networks that are in no country: private, shared, local, for documents, benchmarks, transitions, multicast. @see RFC 6890, RFC 9637 */
const SPECIAL: readonly [network: string, bits: number][] = [
  ["0.0.0.0", 8],
  ["10.0.0.0", 8],
  ["100.64.0.0", 10],
  ["127.0.0.0", 8],
  ["169.254.0.0", 16],
  ["172.16.0.0", 12],
  ["192.0.0.0", 24],
  ["192.0.2.0", 24],
  ["192.88.99.0", 24],
  ["192.168.0.0", 16],
  ["198.18.0.0", 15],
  ["198.51.100.0", 24],
  ["203.0.113.0", 24],
  ["224.0.0.0", 3],
  // not all of ::/8: it holds what stands for version 4
  ["::", 96],
  ["64:ff9b::", 32],
  ["100::", 64],
  ["2001::", 23],
  ["2001:db8::", 32],
  ["2002::", 16],
  ["3fff::", 20],
  ["fc00::", 6],
  ["fe80::", 9],
  ["ff00::", 8],
];

const special = new BlockList();
for (const [network, bits] of SPECIAL)
  special.addSubnet(network, bits, network.includes(":") ? "ipv6" : "ipv4");

/** An address of version 4 as a socket of both versions tells it. */
const MAPPED = /^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i;

/** The address as a country can be asked for, or null for one that is in no country, and for any other text. */
export function publicAddress(text: string): string | null {
  const address = text.replace(MAPPED, "");
  const version = isIP(address);
  if (version === 0 || address.includes("%")) return null;
  return special.check(address, version === 4 ? "ipv4" : "ipv6") ? null : address;
}
