import { isIP } from "node:net";

/**
 * The network that an address is of, as far as an address alone tells: its /24, of version 6 its /48. Null for text that is no address.
 */
export function networkOf(address: string): string | null {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1] ?? address;
  switch (isIP(mapped)) {
    case 4:
      return `${mapped.split(".").slice(0, 3).join(".")}.0/24`;
    case 6:
      return `${groupsOf(mapped).slice(0, 3).join(":")}::/48`;
    default:
      return null;
  }
}

/** The eight groups of an address of version 6, without leading zeros. */
function groupsOf(address: string): string[] {
  const [head = "", tail] = (address.split("%")[0] ?? "").toLowerCase().split("::");
  const before = head === "" ? [] : head.split(":");
  if (tail === undefined) return before.map(plain);
  const after = tail === "" ? [] : tail.split(":");
  const gap = Math.max(0, 8 - before.length - after.length);
  return [...before, ...Array.from({ length: gap }, () => "0"), ...after].map(plain);
}

function plain(group: string): string {
  return group.replace(/^0+(?=.)/, "");
}
