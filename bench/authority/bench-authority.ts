import path from "node:path";
import { memoryOf } from "#bench/child.ts";
import { startLoadGenerator } from "#bench/load/load-generator.ts";
import { findWrk } from "#bench/load/wrk.ts";
import { findPeers } from "#bench/peers/available.ts";
import { summarizeProfiles } from "#bench/profile/summarize.ts";
import { type Figure, figureLine } from "#bench/report/figures.ts";
import { type Machine, readMachine, versionOf } from "#bench/report/machine.ts";
import { RESULTS_DIR, writeResult, writeSection } from "#bench/report/write.ts";
import { countEvidence } from "./evidence.ts";
import { Bench, type Measured } from "./measure.ts";
import { figuresOfOther, type OtherReport, reportOthers } from "./others.ts";
import type { Scenario } from "./scenarios.ts";
import type { Settings } from "./settings.ts";
import { readMetric, type Sides, startSides } from "./sides.ts";
import { figuresOfScenario, type ScenarioSummary, summarize } from "./summary.ts";
import { renderTable } from "./table.ts";

/** What a run found out. */
export type AuthorityReport = {
  what: "authority";
  at: string;
  machine: Machine;
  versions: Record<string, string>;
  settings: Settings;
  summaries: ScenarioSummary[];
  rounds: Partial<Record<Scenario, Measured>>;
  /** Requests that our authority answered, and what is on record of them. */
  evidence: Record<string, { answered: number; recorded: number }>;
  /** Of ours and stock oidc-provider together. */
  wrong: number;
  errors: number;
  /** Tokens that were revoked and are still said to be active. */
  stillActive: { ours: number; stock: number };
  memory: { rssMb: number; peakMb: number | null; orders: number; cachedTokens: number };
  readyAfterMs: number;
  others: OtherReport[];
  figures: Figure[];
};

async function versions(sides: Sides): Promise<Record<string, string>> {
  const [row] = await sides.db.query<{ version: string }>(
    "SELECT current_setting('server_version') AS version",
  );
  const wrk = findWrk();
  return {
    postgresql: row?.version ?? "unknown",
    "oidc-provider": versionOf("oidc-provider"),
    fastify: versionOf("fastify"),
    autocannon: versionOf("autocannon"),
    ...(wrk === null ? {} : { "wrk (JWKS)": wrk }),
  };
}

/** Brings our authority to the size that the settings ask for, and reads what it holds. */
async function readMemory(
  sides: Sides,
  bench: Bench,
  settings: Settings,
): Promise<AuthorityReport["memory"]> {
  const missing = settings.cachedTokens - (await readMetric(sides, "tokenwarden_cached_tokens"));
  if (missing > 0) await bench.introspectOnce(await bench.issueTokens("ours", missing));
  return {
    ...memoryOf(sides.ours.pid),
    orders: await readMetric(sides, "tokenwarden_orders"),
    cachedTokens: await readMetric(sides, "tokenwarden_cached_tokens"),
  };
}

async function readEvidence(sides: Sides, bench: Bench): Promise<AuthorityReport["evidence"]> {
  const recorded = await countEvidence(sides.db);
  return Object.fromEntries(
    Object.entries(bench.answered).map(([what, answered]) => [
      what,
      { answered, recorded: recorded[what as keyof typeof recorded] },
    ]),
  );
}

function figuresOf(
  report: Pick<
    AuthorityReport,
    "summaries" | "evidence" | "memory" | "wrong" | "errors" | "stillActive" | "others"
  >,
): Figure[] {
  const unrecorded = Object.values(report.evidence).reduce(
    (sum, { answered, recorded }) => sum + Math.max(0, answered - recorded),
    0,
  );
  return [
    ...report.summaries.flatMap(figuresOfScenario),
    { name: "unrecorded_uses", value: unrecorded, unit: "uses" },
    { name: "authority_rss_mb", value: report.memory.rssMb, unit: "MB" },
    { name: "wrong_answers", value: report.wrong, unit: "answers" },
    { name: "broken_requests", value: report.errors, unit: "requests" },
    { name: "still_active_after_revocation", value: report.stillActive.ours, unit: "tokens" },
    ...report.others.flatMap(figuresOfOther),
  ];
}

/** Whether every answer was right and on record; speed does not matter here. */
function isSound(report: AuthorityReport): boolean {
  const mustBeZero = ["unrecorded_uses", "wrong_answers", "broken_requests", "still_active_after_revocation"];
  return report.figures.every((figure) => !mustBeZero.includes(figure.name) || figure.value === 0);
}

/**
 * Loads our authority, stock oidc-provider and the other peers in turn and reports the ratios.
 *
 * @returns false where an answer of ours or of stock oidc-provider was wrong, or one of ours is not on record.
 */
export async function benchAuthority(
  settings: Settings,
  options: { records: boolean; log(line: string): void; stack: AsyncDisposableStack },
): Promise<boolean> {
  const { log, stack } = options;
  const at = new Date();
  const peers = await findPeers(settings.peers, log, stack);
  for (const { peer, why } of peers.missing) log(`not run: ${peer.title}: ${why}`);
  const machine = readMachine();
  const profileDir = settings.profiles
    ? path.join(RESULTS_DIR, `profile-${at.toISOString().replaceAll(":", "").slice(0, 17)}`)
    : null;
  const { revokedIds, connections, people } = settings;
  const started = { revokedIds, connections, people, profileDir, peers: peers.available };
  const sides = await startSides({ ...started, log, stack });
  const generator = startLoadGenerator();
  stack.defer(() => generator.stop());

  const bench = new Bench(sides, generator, settings, log);
  await bench.fillPools();
  const rounds: AuthorityReport["rounds"] = {};
  for (const scenario of settings.scenarios) rounds[scenario] = await bench.measure(scenario);
  const stillActive = {
    ours: await bench.countStillActive("ours"),
    stock: await bench.countStillActive("stock"),
  };
  const others = await reportOthers(peers, sides, bench);
  const memory = await readMemory(sides, bench, settings);
  const evidence = await readEvidence(sides, bench);

  const summaries = settings.scenarios.map((scenario) => summarize(scenario, rounds[scenario] as Measured));
  const [ours, stock] = [bench.faultsOf("ours"), bench.faultsOf("stock")];
  const found = {
    summaries,
    evidence,
    memory,
    stillActive,
    others,
    wrong: ours.wrong + stock.wrong,
    errors: ours.errors + stock.errors,
  };
  const report: AuthorityReport = {
    what: "authority",
    at: at.toISOString(),
    machine,
    versions: await versions(sides),
    settings,
    rounds,
    readyAfterMs: sides.ours.child.readyAfterMs,
    ...found,
    figures: figuresOf(found),
  };
  await sides.ours.child.stop();

  const table = renderTable(report);
  log(`\n${table}\n`);
  if (profileDir !== null) log(summarizeProfiles(profileDir, report.readyAfterMs));
  log(`written to ${path.relative(process.cwd(), writeResult("authority", at, report))}`);
  if (options.records) writeSection("authority", table);
  for (const figure of report.figures) console.log(figureLine(figure));
  return isSound(report);
}
