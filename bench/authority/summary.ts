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

export type ScenarioSummary = {
  scenario: Scenario;
  ours: SideSummary;
  stock: SideSummary;
  /** Median of the rounds' own ratios: what slows the machine for a while slows both sides of a round. */
  ratio: number;
  ratioSpread: [number, number];
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

export function summarize(scenario: Scenario, measured: Measured): ScenarioSummary {
  const ratios = measured.ours.map(
    (round, index) => round.perSecond / (measured.stock[index]?.perSecond ?? Number.NaN),
  );
  return {
    scenario,
    ours: summaryOf(measured.ours),
    stock: summaryOf(measured.stock),
    ratio: median(ratios),
    ratioSpread: spread(ratios),
  };
}

function cpuOf({ serverCpuMicros, databaseCpuMicros }: SideSummary): number | null {
  return serverCpuMicros === null || databaseCpuMicros === null ? null : serverCpuMicros + databaseCpuMicros;
}

/** The ratio of the rates, and that of processor time a request, server and database together: how much less ours needs. */
export function figuresOfScenario({ scenario, ratio, ours, stock }: ScenarioSummary): Figure[] {
  const [ourCpu, stockCpu] = [cpuOf(ours), cpuOf(stock)];
  const cpuRatio = ourCpu === null || stockCpu === null || ourCpu === 0 ? null : stockCpu / ourCpu;
  return [
    { name: `${scenario}_ratio`, value: ratio, unit: "x" },
    { name: `${scenario}_cpu_ratio`, value: cpuRatio, unit: "x" },
  ];
}
