import type { RotationReport } from "./bench-rotation.ts";
import type { JudgeReport } from "./measure-emergency.ts";

const MODES: Record<RotationReport["settings"]["mode"], string> = {
  full: "Full run",
  short: "Short run: an indication, not the result",
  smoke: "Smoke run: shows that it works, says nothing about times",
};

const after = (ms: number | null) =>
  ms === null ? "not seen" : ms < 10_000 ? `${Math.round(ms)} ms` : `${(ms / 1_000).toFixed(1)} s`;

/** The last of those that one line stands for. */
function lastOf(reports: readonly JudgeReport[], what: "refusedMs" | "knewNewMs"): number | null {
  const times = reports.map((report) => report[what]);
  return times.some((time) => time === null) ? null : Math.max(...(times as number[]));
}

/** The dated table of `bench/README.md`. */
export function renderTable({ at, machine, settings, planned, emergency }: RotationReport): string {
  const { asking, signaturesAlone } = emergency;
  const by = (reports: JudgeReport[], start: string) => reports.filter(({ who }) => who.startsWith(start));
  const line = (name: string, reports: JudgeReport[], goal: string) =>
    `| ${name} | ${after(lastOf(reports, "refusedMs"))} | ${after(lastOf(reports, "knewNewMs"))} | ${goal} |`;
  const window = `≤ ${emergency.windowSeconds.toFixed(0)} s`;
  const again = [...asking, ...signaturesAlone].reduce((sum, one) => sum + one.acceptedAgain, 0);
  return [
    `${MODES[settings.mode]}, ${at.slice(0, 10)}, commit ${machine.commit ?? "unknown"}: the JWKS may be kept for ${settings.cacheSeconds} s; two authorities, a worker, two callers of ${settings.roundsPerSecond} rounds a second.`,
    `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGb} GB, ${machine.system}; load average before the run ${machine.loadAverage.toFixed(1)}. Everything on the same machine.`,
    "",
    "| planned rotation | | goal |",
    "| --- | --- | --- |",
    `| failed requests, of ${planned.requests} | ${planned.failedRequests} | 0 |`,
    `| failed verifications, of ${planned.verifications} | ${planned.failedVerifications} | 0 |`,
    `| tokens whose key jose did not know, by its defaults | ${planned.unknownKids.default ?? "not run: it keeps a JWKS for ten minutes"} | 0 |`,
    `| the same, keeping the JWKS for as long as it may, never asking anew | ${planned.unknownKids.obedient} | 0 |`,
    `| from the announcement to the new key's first signature | ${planned.firstSignedSeconds.toFixed(1)} s | > ${settings.cacheSeconds} s |`,
    `| one authority signs with the new key while the other does not yet | ${planned.overlapMs} ms | |`,
    "",
    `Just before it signed the console said: ${planned.readiness ?? "nothing"}`,
    "",
    "| emergency: from the click on | old key's tokens refused by all | new key's taken by all | goal |",
    "| --- | --- | --- | --- |",
    line("introspection, both authorities", by(asking, "introspection"), window),
    line("`/verify`, both authorities", by(asking, "/verify"), window),
    line("npm package, by either authority's feed", by(asking, "npm"), window),
    ...(planned.unknownKids.default === null
      ? []
      : [line("jose alone, by its defaults", by(signaturesAlone, "jose, default"), window)]),
    line("jose alone, for as long as it may", by(signaturesAlone, "jose, obedient"), window),
    "",
    `The act was answered after ${after(emergency.answeredMs)}; failed requests ${emergency.failedRequests} of ${emergency.requests} (goal 0), old tokens taken again after a refusal ${again} (goal 0).`,
  ].join("\n");
}
