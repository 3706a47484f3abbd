import { spawn } from "node:child_process";
import path from "node:path";
import { text } from "node:stream/consumers";
import { type Figure, figureLine } from "#bench/report/figures.ts";
import { readMachine } from "#bench/report/machine.ts";
import { median, spread } from "#bench/report/statistics.ts";
import { writeResult, writeSection } from "#bench/report/write.ts";
import type { MeasureJob, Measurement } from "./measure.ts";
import { startFeedPeer } from "./peer.ts";

/** More than the package remembers, so that each is seen for the first time when its turn comes again. */
const MADE = 8_000;

export type VerifierBenchOptions = {
  /** Revoked tokens in the feed. */
  facts: number;
  rounds: number;
  isSmoke: boolean;
  records: boolean;
  log(line: string): void;
  stack: AsyncDisposableStack;
};

async function measure(job: MeasureJob): Promise<Measurement> {
  const child = spawn(process.execPath, ["--expose-gc", path.join(import.meta.dirname, "measure.ts")], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  child.stdin.end(JSON.stringify(job));
  const [output, code] = await Promise.all([
    text(child.stdout),
    new Promise<number | null>((resolve) => child.once("close", resolve)),
  ]);
  if (code !== 0) throw new Error(`the measuring process ended with ${code}`);
  return JSON.parse(output) as Measurement;
}

/** The package beside bare jose: what a verification costs, and what a feed of revoked tokens takes of memory and time. */
export async function benchVerifier(options: VerifierBenchOptions): Promise<boolean> {
  const { facts, rounds, isSmoke, log, stack } = options;
  const at = new Date();
  const machine = readMachine();
  const peer = await startFeedPeer(facts, stack);
  const tokens = await peer.makeTokens(isSmoke ? 50 : MADE);
  log(`${facts} revoked tokens, ${rounds} rounds in turn`);
  const measured = await measure({ issuer: peer.issuer, tokens, rounds, perRound: isSmoke ? 200 : 3_000 });
  const [bare, ours] = [median(measured.bareUs), median(measured.oursUs)];
  const overBare = (ours: readonly number[]) =>
    ours.map((us, round) => us / (measured.bareUs[round] as number));
  const [ratios, checkRatios, againRatios] = [measured.oursUs, measured.checkUs, measured.againUs].map(
    overBare,
  ) as [number[], number[], number[]];
  const memory = measured.afterMb - measured.beforeMb;
  const figures: Figure[] = [
    { name: "verifier_cost_ratio", value: median(ratios), unit: "ratio" },
    { name: "verifier_check_ratio", value: median(checkRatios), unit: "ratio" },
    { name: "verifier_again_ratio", value: median(againRatios), unit: "ratio" },
    { name: "verifier_us", value: ours, unit: "us" },
    { name: "bare_jose_us", value: bare, unit: "us" },
    { name: "verifier_facts_mb", value: memory, unit: "mb" },
    { name: "verifier_ready_s", value: measured.readySeconds, unit: "s" },
  ];
  writeResult("verifier", at, { what: "verifier", at: at.toISOString(), machine, facts, measured, figures });
  if (options.records && !isSmoke) {
    const [least, most] = spread(ratios);
    writeSection(
      "verifier",
      `${at.toISOString().slice(0, 10)}, commit ${machine.commit ?? "unknown"}; ${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB. ${facts.toLocaleString("en")} revoked tokens in the feed.

| what | measured | goal |
| --- | --- | --- |
| a verification with revocation, permission and report, beside bare \`jwtVerify\` | ${median(ratios).toFixed(2)} (${least.toFixed(2)}–${most.toFixed(2)}): ${ours.toFixed(0)} µs beside ${bare.toFixed(0)} µs of processor time | ≤ 1.3 |
| the same without reports | ${median(checkRatios).toFixed(2)} (${spread(checkRatios)
        .map((ratio) => ratio.toFixed(2))
        .join("–")}) | |
| the same of a token that was seen before | ${median(againRatios).toFixed(2)} (${spread(againRatios)
        .map((ratio) => ratio.toFixed(2))
        .join("–")}) | |
| memory for the feed | ${memory.toFixed(0)} MB | |
| from nothing to the first answer, snapshot included | ${measured.readySeconds.toFixed(1)} s | |`,
    );
  }
  for (const figure of figures) console.log(figureLine(figure));
  return true;
}
