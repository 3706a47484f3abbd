import type { WantedPeers } from "#bench/peers/available.ts";
import type { Scenario } from "./scenarios.ts";

/** How long and how wide a run is. */
export type Settings = {
  mode: "full" | "short" | "smoke";
  rounds: number;
  /** Seconds that each side is loaded in a round. */
  seconds: number;
  warmUpSeconds: number;
  /** Of a side that warms up slowly. */
  slowWarmUpSeconds: number;
  connections: number;
  /** Tokens that introspection and forward-auth go round. */
  pool: number;
  /** Who sign in, at each side: several for each connection, as the exchanges of one person with one client wait for each other. */
  people: number;
  /** Revoked tokens in the register before the authority starts. */
  revokedIds: number;
  /** Tokens that the authority has in memory when its size is read. */
  cachedTokens: number;
  scenarios: readonly Scenario[];
  /** Peers beside stock oidc-provider. */
  peers: WantedPeers;
  /** Write a CPU profile of our authority. */
  profiles: boolean;
};
