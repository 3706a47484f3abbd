import { BlockList, isIP } from "node:net";

type Network = { address: string; family: "ipv4" | "ipv6"; prefix: number };

function networkOf(text: string): Network {
  const [address = "", prefix] = text.split("/");
  const family = isIP(address) === 6 ? "ipv6" : "ipv4";
  return { address, family, prefix: prefix === undefined ? bitsOf(family) : Number(prefix) };
}

const bitsOf = (family: Network["family"]) => (family === "ipv6" ? 128 : 32);

/** How many of its addresses' bits a network fixes, version 4 as what it is within version 6. */
const fixedBits = ({ family, prefix }: Network) => 128 - bitsOf(family) + prefix;

function listOf(networks: readonly Network[]): BlockList {
  const list = new BlockList();
  for (const { address, family, prefix } of networks) list.addSubnet(address, prefix, family);
  return list;
}

/** Whether a token that has these networks may come from an address; one that has none may come from anywhere. */
export function isWithinNetworks(networks: readonly string[], ip: string | null): boolean {
  if (networks.length === 0) return true;
  if (ip === null || isIP(ip) === 0) return false;
  return listOf(networks.map(networkOf)).check(ip, isIP(ip) === 6 ? "ipv6" : "ipv4");
}

/** Whether every address of a network is one of these networks': it is one of them, or inside of one. */
export function isNetworkWithin(networks: readonly string[], network: string): boolean {
  const named = networkOf(network);
  const wider = networks.map(networkOf).filter((own) => fixedBits(own) <= fixedBits(named));
  return listOf(wider).check(named.address, named.family);
}
