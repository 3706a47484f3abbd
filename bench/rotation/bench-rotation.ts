import path from "node:path";
import { type Figure, figureLine } from "#bench/report/figures.ts";
import { type Machine, readMachine } from "#bench/report/machine.ts";
import { writeResult, writeSection } from "#bench/report/write.ts";
import { type EmergencyReport, measureEmergency } from "./measure-emergency.ts";
import { measurePlanned, type PlannedReport } from "./measure-planned.ts";
import { openParties } from "./parties.ts";
import type { Settings } from "./settings.ts";
import { startInstance } from "./start-instance.ts";
import { SteadyLoad } from "./steady-load.ts";
import { renderTable } from "./table.ts";

export type RotationReport = {
  what: "rotation";
  at: string;
  machine: Machine;
  settings: Settings;
  planned: PlannedReport;
  emergency: EmergencyReport;
  figures: Figure[];
};

/** The last of them; null where one did not. */
function lastMs(times: readonly (number | null)[]): number | null {
  return times.some((time) => time === null) ? null : Math.max(...(times as number[]));
}

function isWithinWindow({ asking, signaturesAlone, windowSeconds }: EmergencyReport): boolean {
  return [...asking, ...signaturesAlone].every(
    ({ refusedMs, acceptedAgain }) =>
      refusedMs !== null && refusedMs <= windowSeconds * 1_000 && acceptedAgain === 0,
  );
}

/**
 * A planned rotation and an emergency one under load on two authorities, with a worker, verifiers of the npm package and verifiers that have nothing of ours.
 *
 * @returns false where a request or a verification failed in the first, an independent verifier met a key that it did not know there, a request failed in the
 *   second, or somebody took a token of the old key after the window that was stated, or again.
 */
export async function benchRotation(
  settings: Settings,
  { records, log, stack }: { records: boolean; log(line: string): void; stack: AsyncDisposableStack },
): Promise<boolean> {
  const at = new Date();
  const machine = readMachine();
  log("starting two authorities and a worker");
  const instance = await startInstance(settings.cacheSeconds, stack);
  const parties = await openParties(instance, settings, stack);
  const load = new SteadyLoad({ ...parties, roundsPerSecond: settings.roundsPerSecond });
  load.start();
  stack.defer(() => load.stop());
  log(`a rotation is planned: the next key waits for ${settings.cacheSeconds + 6} s`);
  const planned = await measurePlanned(instance, { parties, load, settings });
  log(`an emergency: caches may go by the old key for ${settings.cacheSeconds} s`);
  const emergency = await measureEmergency(instance, { parties, load, settings });
  await load.stop();
  const askingMs = lastMs(emergency.asking.map(({ refusedMs }) => refusedMs));
  const aloneMs = lastMs(emergency.signaturesAlone.map(({ refusedMs }) => refusedMs));
  const report: RotationReport = {
    what: "rotation",
    at: at.toISOString(),
    machine,
    settings,
    planned,
    emergency,
    figures: [
      { name: "planned_failed_verifications", value: planned.failedVerifications, unit: "verifications" },
      { name: "planned_failed_requests", value: planned.failedRequests, unit: "requests" },
      { name: "planned_unknown_kids", value: planned.unknownKids.default, unit: "tokens" },
      { name: "planned_signed_after_s", value: planned.firstSignedSeconds, unit: "s" },
      { name: "emergency_refused_everywhere_ms", value: askingMs, unit: "ms" },
      {
        name: "emergency_caches_out_s",
        value: aloneMs === null ? null : aloneMs / 1_000,
        unit: "s",
      },
      { name: "emergency_window_s", value: emergency.windowSeconds, unit: "s" },
      { name: "emergency_failed_requests", value: emergency.failedRequests, unit: "requests" },
    ],
  };
  const table = renderTable(report);
  log(`\n${table}\n`);
  for (const example of [...planned.examples, ...emergency.examples]) log(`failed: ${example}`);
  log(`written to ${path.relative(process.cwd(), writeResult("rotation", at, report))}`);
  if (records) writeSection("rotation", table);
  for (const figure of report.figures) console.log(figureLine(figure));
  const { failedRequests, failedVerifications, unknownKids } = planned;
  const unknown = unknownKids.obedient + (unknownKids.default ?? 0);
  return (
    failedRequests + failedVerifications + unknown + emergency.failedRequests === 0 &&
    isWithinWindow(emergency)
  );
}
