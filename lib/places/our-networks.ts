import path from "node:path";
import { withSampleNetworks } from "../demo/sample-places.ts";
import { getEnv } from "../env.ts";
import { type Network, type NetworkDatabase, openNetworkDatabase } from "./network-database.ts";

/** Where the set-up puts it: every process runs in the product's own folder. */
const OURS = ".cache/networks.bin";
const NONE: NetworkDatabase = { networkOf: () => null, rangesOf: () => [], find: () => [], builtAt: null };

// each of the console's routes is a bundle of its own: one database for all of them
const store = globalThis as typeof globalThis & { tokenwardenNetworks?: NetworkDatabase };

function open(): NetworkDatabase {
  try {
    const ours = openNetworkDatabase(path.join(/* turbopackIgnore: true */ process.cwd(), OURS));
    return getEnv().demo ? withSampleNetworks(ours) : ours;
  } catch (error) {
    // what was used is shown without its networks rather than not at all
    process.emitWarning(error as Error);
    return NONE;
  }
}

/** The networks of this process, read when they are first asked for: 9 MB that an authority, which asks for none, does not hold. */
export function networks(): NetworkDatabase {
  store.tokenwardenNetworks ??= open();
  return store.tokenwardenNetworks;
}

/** The network that an address is announced by, as this machine knows it. */
export function knownNetworkOf(address: string | null): Network | null {
  return networks().networkOf(address);
}
