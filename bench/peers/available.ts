import { HYDRA } from "./hydra/hydra.ts";
import { KEYCLOAK } from "./keycloak/keycloak.ts";
import type { OtherPeer, Peer } from "./peer.ts";

/** Which peers a run asks for: by name, or all that an earlier run has built. */
export type WantedPeers = readonly OtherPeer[] | "built";

export type AvailablePeer = { peer: Peer; home: string };
export type MissingPeer = { peer: Peer; why: string };

const PEERS: readonly Peer[] = [KEYCLOAK, HYDRA];

/** Gets and builds the peers that are asked for by name; says of each that will not run why. */
export async function findPeers(
  wanted: WantedPeers,
  log: (line: string) => void,
  stack: AsyncDisposableStack,
): Promise<{ available: AvailablePeer[]; missing: MissingPeer[] }> {
  const available: AvailablePeer[] = [];
  const missing: MissingPeer[] = [];
  for (const peer of PEERS) {
    if (wanted !== "built" && !wanted.includes(peer.name)) {
      missing.push({ peer, why: "not asked for" });
      continue;
    }
    try {
      const home = peer.find() ?? (wanted === "built" ? null : await peer.obtain(log, stack));
      if (home === null)
        missing.push({ peer, why: `not built yet; --peers ${peer.name} gets and builds it` });
      else available.push({ peer, home });
    } catch (error) {
      missing.push({ peer, why: (error as Error).message });
    }
  }
  return { available, missing };
}
