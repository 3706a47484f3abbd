import { networkOf as prefixOf } from "../incidents/network.ts";
import type { NetworkOf } from "./network-database.ts";
import type { NetworkLabel } from "./network-words.ts";

/**
 * The network of an address: `AS15169` where the internet knows whose it is; else its /24, of version 6 its /48, as of a private address. Null for text that is no address.
 */
export function networkLabelOf(address: string | null, networkOf: NetworkOf): NetworkLabel | null {
  if (address === null) return null;
  const known = networkOf(address);
  if (known !== null) return { network: `AS${known.number}`, networkName: known.name || null };
  const prefix = prefixOf(address);
  return prefix === null ? null : { network: prefix, networkName: null };
}
