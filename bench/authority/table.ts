import type { AuthorityReport } from "./bench-authority.ts";
import type { OtherReport } from "./others.ts";
import type { Scenario } from "./scenarios.ts";
import type { ScenarioSummary, SideSummary } from "./summary.ts";

const WORDS: Record<Scenario, string> = {
  introspection: "introspection (ours JWT with durable audit, peer opaque)",
  verify: "`/verify` (the peer: its introspection)",
  issue_jwt: "client-credentials JWT ES256 (ours with register and audit, peer in memory)",
  code_exchange: "code exchange: access JWT, ID token, refresh token (peer: JWT not kept)",
  refresh: "refresh, the token replaced: the same three (peer: JWT not kept)",
  revocation: "revocation of one token (ours JWT with audit entry, peer opaque)",
  jwks: "JWKS",
};

const GOALS: Record<Scenario, string> = {
  introspection: "≥ 3, then 5",
  verify: "≥ 3, then 5",
  issue_jwt: "≥ 0.8, then 1.2",
  code_exchange: "",
  refresh: "",
  revocation: "≥ 2, then 4",
  jwks: "≥ 2",
};

const MODES: Record<AuthorityReport["settings"]["mode"], string> = {
  full: "Full run",
  short: "Short run: an indication, not the result",
  smoke: "Smoke run: shows that it works, says nothing about speed",
};

const rate = (value: number) => String(Math.round(value));

function side(summary: SideSummary): string {
  const [least, most] = summary.perSecondSpread;
  const cpu = `${summary.serverCpuMicros ?? "?"} + ${summary.databaseCpuMicros ?? "?"}`;
  return `${rate(summary.perSecond)} (${rate(least)}–${rate(most)}) | ${summary.p50Ms.toFixed(1)} / ${summary.p99Ms.toFixed(1)} | ${cpu}`;
}

/** The work of the other authorities, who keep other things on record than stock oidc-provider does. */
const OTHER_WORDS: Record<Scenario, string> = {
  introspection: "introspection (JWT)",
  verify: "`/verify`",
  issue_jwt: "client-credentials JWT ES256",
  code_exchange: "code exchange: access JWT, ID token, refresh token",
  refresh: "refresh, the token replaced",
  revocation: "revocation of one token",
  jwks: "JWKS",
};

function otherRows({ scenario, others }: ScenarioSummary, reports: readonly OtherReport[]): string[] {
  return reports.flatMap(({ name, title }) => {
    const theirs = others[name];
    if (theirs === undefined) return [];
    const [least, most] = theirs.ratioSpread;
    return `| ${OTHER_WORDS[scenario]} | ${title} | ${side(theirs)} | **${theirs.ratio.toFixed(2)}** (${least.toFixed(2)}–${most.toFixed(2)}) |`;
  });
}

function sayOf(other: OtherReport): string {
  const name = `${other.title} ${other.version}`;
  return other.runs
    ? `${name}: wrong answers ${other.wrong}, broken requests ${other.errors}, revoked and still active ${other.stillActive}; ${other.rssMb.toFixed(0)} MB.`
    : `${name}: not run (${other.why.split("\n")[0]}).`;
}

function renderOthers({ summaries, others }: AuthorityReport): string[] {
  const rows = summaries.flatMap((summary) => otherRows(summary, others));
  const table = [
    "Other authorities, in the same rounds:",
    "",
    "| work | authority | theirs /s | p50 / p99 ms | CPU µs | ours ÷ theirs |",
    "| --- | --- | --- | --- | --- | --- |",
    ...rows,
    "",
  ];
  return [...(rows.length === 0 ? [] : table), others.map(sayOf).join(" ")];
}

function row({ scenario, ours, stock, ratio, ratioSpread: [least, most] }: ScenarioSummary): string {
  return `| ${WORDS[scenario]} | ${side(ours)} | ${side(stock)} | **${ratio.toFixed(2)}** (${least.toFixed(2)}–${most.toFixed(2)}) | ${GOALS[scenario]} |`;
}

/** The dated tables of `bench/README.md`. */
export function renderTable(report: AuthorityReport): string {
  const { machine, versions, settings, memory, evidence } = report;
  const answered = Object.values(evidence).reduce((sum, one) => sum + one.answered, 0);
  const figure = (name: string) => report.figures.find((one) => one.name === name)?.value ?? Number.NaN;
  return [
    `${MODES[settings.mode]}, ${report.at.slice(0, 10)}, commit ${machine.commit ?? "unknown"}: ${settings.rounds} rounds of ${settings.seconds} s a side, ${settings.connections} connections, ${settings.revokedIds} revoked ids in force.`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; load average before the run ${machine.loadAverage.toFixed(1)}. Node ${machine.node}, PostgreSQL ${versions.postgresql}, oidc-provider ${versions["oidc-provider"]}, fastify ${versions.fastify}, autocannon ${versions.autocannon}.`,
    "",
    "| work | ours /s | p50 / p99 ms | CPU µs | stock /s | p50 / p99 ms | CPU µs | ratio | goal |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...report.summaries.map(row),
    "",
    `Answered by ours ${answered}, unrecorded ${figure("unrecorded_uses")}, wrong answers on both sides ${report.wrong}, revoked and still active ${report.stillActive.ours}. Authority: ${memory.rssMb.toFixed(0)} MB (at most ${memory.peakMb?.toFixed(0) ?? "unknown"} MB) with ${memory.orders} orders and ${memory.cachedTokens} tokens in memory; ready after ${(report.readyAfterMs / 1000).toFixed(1)} s.`,
    "",
    ...renderOthers(report),
  ].join("\n");
}
