import { BlockList, isIP } from "node:net";

/** Whether a token that has these networks may come from an address; one that has none may come from anywhere. */
export function isWithinNetworks(networks: readonly string[], ip: string | null): boolean {
  if (networks.length === 0) return true;
  if (ip === null || isIP(ip) === 0) return false;
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", prefix] = network.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(prefix), family);
  }
  return list.check(ip, isIP(ip) === 6 ? "ipv6" : "ipv4");
}
