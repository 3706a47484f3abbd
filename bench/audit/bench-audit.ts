import path from "node:path";
import { createCredentials } from "#bench/authority/credentials.ts";
import { RESOURCE, SCOPE, seedRegistry } from "#bench/authority/seed-registry.ts";
import { startOurs } from "#bench/authority/start-ours.ts";
import { memoryOf } from "#bench/child.ts";
import { summarizeProfiles } from "#bench/profile/summarize.ts";
import { type IngestReport, measureIngest } from "#bench/reach/measure-ingest.ts";
import { type Figure, figureLine } from "#bench/report/figures.ts";
import { type Machine, readMachine } from "#bench/report/machine.ts";
import { RESULTS_DIR, writeResult, writeSection } from "#bench/report/write.ts";
import { createApiToken } from "#lib/api-tokens/create-api-token.ts";
import { type Context, systemContext } from "#lib/context.ts";
import { openSqlDatabase } from "#lib/db/sql-database.ts";
import { detectNext } from "#lib/detections/detect-next.ts";
import { type ExplorerReport, measureExplorer } from "./measure-explorer.ts";
import { type ExportReport, measureExport } from "./measure-export.ts";
import { type LifelineReport, measureLifelines } from "./measure-lifelines.ts";
import type { RollupReport } from "./measure-rollup.ts";
import { measureVerification, type VerificationReport } from "./measure-verification.ts";
import { type MadeLog, openLog } from "./open-log.ts";
import { questionsFor } from "./questions.ts";
import type { Settings } from "./settings.ts";
import { renderTable } from "./table.ts";

const TOKENS = 200;

export type AuditReport = {
  what: "audit";
  at: string;
  machine: Machine;
  settings: Settings;
  seed: { rows: number; seconds: number; bytes: number };
  rollup: RollupReport;
  indexes: MadeLog["indexes"];
  busy: MadeLog["busy"];
  calls: MadeLog["calls"];
  explorer: { day: ExplorerReport; quarter: ExplorerReport };
  lifelines: LifelineReport;
  exports: ExportReport[];
  ingest: IngestReport;
  verification: VerificationReport;
  detection: { uses: number; microsecondsEach: number };
  authority: { rssMb: number; peakMb: number | null };
  /** Of this process, which asks and exports as the console does. */
  askerMb: number;
  figures: Figure[];
};

type Options = { records: boolean; log(line: string): void; stack: AsyncDisposableStack };

async function issueTokens(
  tokenUrl: string,
  authorization: string,
): Promise<{ values: string[]; ids: string[] }> {
  const values: string[] = [];
  for (let n = 0; n < TOKENS; n += 1) {
    const answer = await fetch(tokenUrl, {
      method: "POST",
      headers: { authorization },
      body: new URLSearchParams({ grant_type: "client_credentials", scope: SCOPE, resource: RESOURCE }),
    });
    const { access_token: value } = (await answer.json()) as { access_token?: string };
    if (value === undefined) throw new Error(`no token was issued: ${answer.status}`);
    values.push(value);
  }
  const ids = values.map((value) => {
    const payload = Buffer.from(value.split(".")[1] ?? "", "base64url").toString("utf8");
    return (JSON.parse(payload) as { jti: string }).jti;
  });
  return { values, ids };
}

/** Holds what has come on record since the start against the rules of detections, as the worker does without its rests. */
async function measureDetection(url: string): Promise<AuditReport["detection"]> {
  const db = openSqlDatabase({ url, role: "app", maxConnections: 1, applicationName: "tokenwarden bench" });
  try {
    const startedAt = performance.now();
    let uses = 0;
    for (;;) {
      const { taken, isMore } = await detectNext(db);
      uses += taken;
      if (!isMore) break;
    }
    return {
      uses,
      microsecondsEach: uses === 0 ? Number.NaN : ((performance.now() - startedAt) * 1_000) / uses,
    };
  } finally {
    await db.end();
  }
}

function figuresOf(report: Omit<AuditReport, "figures" | "what">): Figure[] {
  const { ingest, verification, explorer, seed, rollup, detection, authority } = report;
  const [ndjson] = report.exports;
  return [
    { name: "ingest_ratio", value: ingest.ratio, unit: "ratio" },
    { name: "ingest_authority_us", value: ingest.cpu.ours.authority, unit: "us" },
    { name: "ingest_database_us", value: ingest.cpu.ours.database, unit: "us" },
    { name: "bare_database_us", value: ingest.cpu.bare.database, unit: "us" },
    { name: "ingest_uses_per_s", value: ingest.reportsPerSecond, unit: "uses/s" },
    { name: "verify_uses_per_s", value: verification.usesPerSecond, unit: "uses/s" },
    { name: "explorer_day_p95_ms", value: explorer.day.p95Ms, unit: "ms" },
    { name: "explorer_90d_p95_ms", value: explorer.quarter.p95Ms, unit: "ms" },
    { name: "lifeline_p95_ms", value: report.lifelines.p95Ms, unit: "ms" },
    { name: "export_rows_per_s", value: ndjson?.rowsPerSecond ?? null, unit: "rows/s" },
    { name: "detection_us_per_event", value: detection.microsecondsEach, unit: "us" },
    { name: "audit_bytes_per_use", value: seed.bytes / seed.rows, unit: "bytes" },
    { name: "rollup_rows_per_s", value: rollup.rowsPerSecond, unit: "rows/s" },
    {
      name: "explorer_given_up",
      value:
        explorer.day.uncounted.length +
        explorer.day.inPart.length +
        explorer.day.unsummed.length +
        explorer.quarter.uncounted.length +
        explorer.quarter.inPart.length +
        explorer.quarter.unsummed.length +
        report.lifelines.inPart.length,
      unit: "questions",
    },
    { name: "rollup_bytes_per_use", value: rollup.bytes / seed.rows, unit: "bytes" },
    { name: "busy_bytes_per_use", value: report.busy.bytes / seed.rows, unit: "bytes" },
    { name: "call_bytes_per_use", value: report.calls.bytes / seed.rows, unit: "bytes" },
    { name: "authority_rss_mb", value: authority.rssMb, unit: "MB" },
    { name: "unrecorded_uses", value: ingest.unrecorded + verification.unrecorded, unit: "uses" },
  ];
}

/** The log at size: filled, rolled up, explored, exported; then written to, by reports and by verification. False where a use is not on record. */
export async function benchAudit(settings: Settings, { records, log, stack }: Options): Promise<boolean> {
  const at = new Date();
  const machine = readMachine();
  const { dataDir, url, db, seed, rollup, indexes, busy, calls } = await openLog(settings, { log, stack });
  // a real one: an export looks whether who asked for it is still let in
  const asker = { name: "bench", role: "owner", isUnattended: true } as const;
  const { id: askerId } = await createApiToken(systemContext(db, "bench"), asker);
  const contextNow = (): Context => ({
    ...systemContext(db, "bench"),
    actor: {
      kind: "api_token",
      id: askerId,
      name: "bench",
      role: "owner",
      isUnattended: true,
      personId: null,
    },
  });
  const questions = questionsFor(seed);
  // the days end where today begins: "a day" is yesterday and what is left of it
  const explorer = {
    day: await measureExplorer(contextNow, "48h", questions, settings.repeats),
    quarter: await measureExplorer(contextNow, "90d", questions, settings.repeats),
  };
  for (const { range, p95Ms, worst } of Object.values(explorer))
    log(`${range}: p95 ${p95Ms.toFixed(0)} ms, worst ${worst.medianMs.toFixed(0)} ms (${worst.name})`);
  const lifelines = await measureLifelines(contextNow, seed, settings.repeats);
  log(`lifelines: p95 ${lifelines.p95Ms.toFixed(0)} ms`);
  const exports = [
    await measureExport(contextNow, "ndjson", settings.exportRows),
    await measureExport(contextNow, "csv", settings.exportRows),
  ];
  const askerMb = process.memoryUsage().rss / 1e6;
  const credentials = createCredentials();
  await seedRegistry(db, credentials);
  const profileDir = settings.profiles
    ? path.join(RESULTS_DIR, `profile-${at.toISOString().replaceAll(":", "").slice(0, 17)}`)
    : null;
  const ours = await startOurs({ databaseUrl: url, dataDir, credentials, profileDir, stack });
  const tokens = await issueTokens(ours.endpoints.token, ours.endpoints.clientAuthorization);
  const authority = new URL(ours.verifyUrl).origin;
  const secret = credentials.verifierSecret;
  const ingest = await measureIngest({
    authority,
    pid: ours.pid,
    secret,
    tokenIds: tokens.ids,
    databaseUrl: url,
    rounds: settings.rounds,
    secondsPerRound: settings.secondsPerRound,
  });
  log(`ingest: ${ingest.reportsPerSecond.toFixed(0)} uses/s, ${ingest.ratio.toFixed(2)} of the bare insert`);
  const verification = await measureVerification(db, {
    authority,
    secret,
    tokens: tokens.values,
    rounds: settings.rounds,
    seconds: settings.secondsPerRound,
  });
  const memory = memoryOf(ours.pid);
  await ours.child.stop();
  if (profileDir !== null) log(summarizeProfiles(profileDir, ours.child.readyAfterMs));
  const detection = await measureDetection(url);
  const measured = {
    at: at.toISOString(),
    machine,
    settings,
    seed: { rows: seed.rows, seconds: seed.seconds, bytes: seed.bytes },
    rollup,
    indexes,
    busy,
    calls,
    explorer,
    lifelines,
    exports,
    ingest,
    verification,
    detection,
    authority: { rssMb: memory.rssMb, peakMb: memory.peakMb },
    askerMb,
  };
  const report: AuditReport = { what: "audit", ...measured, figures: figuresOf(measured) };
  writeResult("audit", at, report);
  const table = renderTable(report);
  if (records) writeSection("audit", table);
  log(table);
  for (const figure of report.figures) log(figureLine(figure));
  return ingest.unrecorded + verification.unrecorded === 0;
}
