import { type Fragment, sql } from "../list-query/sql-fragment.ts";
import type { AddressRange } from "./network-database.ts";
import { networks } from "./our-networks.ts";

/** All addresses of some networks, each written `AS15169`, by what they announce today. */
export function stretchesOf(names: readonly string[]): AddressRange[] {
  return names.flatMap((name) => networks().rangesOf(Number(name.slice(2))));
}

/** The same as a value of the database, which searches in it by halves. */
export function asMultirange(stretches: readonly AddressRange[]): Fragment {
  return sql`${`{${stretches.map(({ first, last }) => `[${first},${last}]`).join(",")}}`}::address_multirange`;
}

/** Whether an address is in one of some networks: nothing of a network is written beside it. */
export function inNetworks(address: Fragment, names: readonly string[]): Fragment {
  return sql`${address} <@ ${asMultirange(stretchesOf(names))}`;
}
