import { OTHER_PEERS, type OtherPeer } from "#bench/peers/peer.ts";
import type { Figure } from "#bench/report/figures.ts";
import { median, spread } from "#bench/report/statistics.ts";
import type { Measured, Round } from "./measure.ts";
import type { Scenario } from "./scenarios.ts";

export type SideSummary = {
  perSecond: number;
  /** Lowest and highest rate of a round. */
  perSecondSpread: [number, number];
  p50Ms: number;
  p99Ms: number;
  serverCpuMicros: number | null;
  databaseCpuMicros: number | null;
};

/** Ours over a peer: the median of the rounds' own ratios, as what slows the machine for a while slows all sides of a round. */
type Ratio = { ratio: number; ratioSpread: [number, number] };

export type ScenarioSummary = Ratio & {
  scenario: Scenario;
  ours: SideSummary;
  stock: SideSummary;
  others: Partial<Record<OtherPeer, SideSummary & Ratio>>;
};

function medianOrNull(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length < values.length ? null : median(known);
}

function summaryOf(rounds: readonly Round[]): SideSummary {
  const rates = rounds.map((round) => round.perSecond);
  return {
    perSecond: median(rates),
    perSecondSpread: spread(rates),
    p50Ms: median(rounds.map((round) => round.p50Ms)),
    p99Ms: median(rounds.map((round) => round.p99Ms)),
    serverCpuMicros: medianOrNull(rounds.map((round) => round.serverCpuMicros)),
    databaseCpuMicros: medianOrNull(rounds.map((round) => round.databaseCpuMicros)),
  };
}

function ratioOf(ours: readonly Round[], theirs: readonly Round[]): Ratio {
  const ratios = ours.map((round, index) => round.perSecond / (theirs[index]?.perSecond ?? Number.NaN));
  return { ratio: median(ratios), ratioSpread: spread(ratios) };
}

export function summarize(scenario: Scenario, measured: Measured): ScenarioSummary {
  const { ours, stock } = measured;
  const others: ScenarioSummary["others"] = {};
  for (const peer of OTHER_PEERS) {
    const rounds = measured[peer];
    if (rounds !== undefined) others[peer] = { ...summaryOf(rounds), ...ratioOf(ours, rounds) };
  }
  return { scenario, ours: summaryOf(ours), stock: summaryOf(stock), ...ratioOf(ours, stock), others };
}

function cpuOf({ serverCpuMicros, databaseCpuMicros }: SideSummary): number | null {
  return serverCpuMicros === null || databaseCpuMicros === null ? null : serverCpuMicros + databaseCpuMicros;
}

/** The ratio of the rates, and that of processor time a request, server and database together: how much less ours needs. */
export function figuresOfScenario({ scenario, ratio, ours, stock, others }: ScenarioSummary): Figure[] {
  const cpuRatio = (theirs: SideSummary) => {
    const [ourCpu, theirCpu] = [cpuOf(ours), cpuOf(theirs)];
    return ourCpu === null || theirCpu === null || ourCpu === 0 ? null : theirCpu / ourCpu;
  };
  const unit = "x";
  return [
    { name: `${scenario}_ratio`, value: ratio, unit },
    { name: `${scenario}_cpu_ratio`, value: cpuRatio(stock), unit },
    ...OTHER_PEERS.flatMap((peer) => {
      const theirs = others[peer];
      // no peer is measured twice for its introspection
      if (scenario === "verify") return [];
      return [
        { name: `${peer}_${scenario}_ratio`, value: theirs?.ratio ?? null, unit },
        { name: `${peer}_${scenario}_cpu_ratio`, value: theirs ? cpuRatio(theirs) : null, unit },
      ];
    }),
  ];
}
