import { memoryOf } from "#bench/child.ts";
import type { AvailablePeer, MissingPeer } from "#bench/peers/available.ts";
import type { OtherPeer } from "#bench/peers/peer.ts";
import type { Figure } from "#bench/report/figures.ts";
import type { Bench } from "./measure.ts";
import type { Sides } from "./sides.ts";

/** A peer beside stock oidc-provider, after a run. */
export type OtherReport = {
  name: OtherPeer;
  title: string;
  version: string;
} & (
  | { runs: true; wrong: number; errors: number; stillActive: number; rssMb: number; readyAfterMs: number }
  | { runs: false; why: string }
);

async function reportOf({ name, title, version }: AvailablePeer["peer"], sides: Sides, bench: Bench) {
  const { pid, child } = sides.get(name);
  return {
    name,
    title,
    version,
    runs: true as const,
    ...bench.faultsOf(name),
    stillActive: await bench.countStillActive(name),
    rssMb: memoryOf(pid).rssMb,
    readyAfterMs: child.readyAfterMs,
  };
}

/** What is to be said of each of the other peers, and why one did not run. */
export async function reportOthers(
  peers: { available: readonly AvailablePeer[]; missing: readonly MissingPeer[] },
  sides: Sides,
  bench: Bench,
): Promise<OtherReport[]> {
  const reports: OtherReport[] = [];
  for (const { peer } of peers.available)
    if (sides.names.includes(peer.name)) reports.push(await reportOf(peer, sides, bench));
  for (const { peer, why } of [...peers.missing, ...sides.failed])
    reports.push({ name: peer.name, title: peer.title, version: peer.version, runs: false, why });
  return reports;
}

export function figuresOfOther(other: OtherReport): Figure[] {
  return [
    { name: `${other.name}_wrong_answers`, value: other.runs ? other.wrong : null, unit: "answers" },
    { name: `${other.name}_broken_requests`, value: other.runs ? other.errors : null, unit: "requests" },
    { name: `${other.name}_still_active`, value: other.runs ? other.stillActive : null, unit: "tokens" },
    { name: `${other.name}_rss_mb`, value: other.runs ? other.rssMb : null, unit: "MB" },
  ];
}
