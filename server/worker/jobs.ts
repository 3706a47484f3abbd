import { setTimeout as wait } from "node:timers/promises";
import type { Logger } from "pino";
import { tellLeftOut } from "#lib/admins/tell-left-out.ts";
import { purgeApprovals } from "#lib/approvals/purge-approvals.ts";
import { indexClosedDays } from "#lib/audit/index-closed-days.ts";
import { findClockFault } from "#lib/clocks/find-clock-fault.ts";
import { readClock } from "#lib/clocks/read-clock.ts";
import type { Database } from "#lib/db/database.ts";
import type { SqlDatabase } from "#lib/db/sql-database.ts";
import { forgetTokens } from "#lib/detections/keep-memories.ts";
import { purgeDetections } from "#lib/detections/purge-detections.ts";
import { endAbandonedExports } from "#lib/exports/end-abandoned-exports.ts";
import { purgeFeed } from "#lib/feed/purge-feed.ts";
import { purgeEvidenceFiles } from "#lib/incidents/evidence-file.ts";
import { noteContainmentOfAll } from "#lib/incidents/note-containment.ts";
import { purgeLifetimePlans } from "#lib/lifetimes/purge-lifetime-plans.ts";
import { PURGE_LOG_CRON } from "#lib/log-retention/model.ts";
import { purgeLog } from "#lib/log-retention/purge-log.ts";
import { verifyUseDay } from "#lib/log-retention/verify-use-day.ts";
import { purgeMails } from "#lib/mail/purge-mails.ts";
import { purgeNotifications } from "#lib/notifications/purge-notifications.ts";
import { tellEndingTokens } from "#lib/notifications/tell-ending-tokens.ts";
import { purgePlans } from "#lib/order-plans/purge-plans.ts";
import { purgeImports } from "#lib/people-imports/purge-imports.ts";
import { purgePropagation } from "#lib/propagation/purge-propagation.ts";
import { purgeReports } from "#lib/reports/purge-reports.ts";
import { PURGE_MINUTE } from "#lib/retention/model.ts";
import { purgeRegister } from "#lib/retention/purge-register.ts";
import { purgeStatusLists } from "#lib/retention/purge-status-lists.ts";
import { purgeLeakReports } from "#lib/scanners/purge-leak-reports.ts";
import { readHeldCheckpoints } from "#lib/seals/checkpoint-file.ts";
import { sealGoneWriters } from "#lib/seals/seal-gone-writers.ts";
import { purgeSignals } from "#lib/signals/purge-signals.ts";
import { keepLiveTokens } from "#lib/tokens/keep-live-tokens.ts";
import { tallyClients } from "#lib/tokens/tally-clients.ts";
import { tallyTimes } from "#lib/tokens/tally-times.ts";
import { tallyAll } from "#lib/tokens/tally-tokens.ts";
import { countBusyDays } from "#lib/use-rollups/busy-days.ts";
import { countCallDays } from "#lib/use-rollups/call-days.ts";
import { rollUpAll } from "#lib/use-rollups/roll-up-uses.ts";
import { countMissedUses } from "#lib/verification/count-missed-uses.ts";
import { ensurePartitions, purgeExpired } from "./upkeep.ts";

/** Of the scheduled work: when, as cron writes it in UTC, and what is done; the result is logged. */
export type Job = { cron: string; run: () => Promise<unknown> };

export type JobsOptions = {
  db: Database;
  /** The role that may take something out of the register and the log. */
  retention: SqlDatabase;
  log: Logger;
  /** Where checkpoints are kept outside of the database; null: nowhere. */
  checkpointFile: string | null;
  isDiskFull: () => boolean;
  signal: AbortSignal;
};

/** The longest rest of a job that has much to do between two of its steps. */
const REST_MAX_MS = 2_000;
/** Of a long log the next run of the job goes on with the rest. */
const ROLL_UP_MS = 300_000;
/** A job is given up after ten minutes: days that are left are the next run's. */
const PURGE_LOG_MS = 480_000;

/** What a worker does at its times, by the names of its queues. Each run is one worker's. */
export function scheduledJobs(options: JobsOptions): Record<string, Job> {
  const { db, retention, isDiskFull, signal } = options;
  const isHeld = () => isDiskFull() || signal.aborted;
  const now = () => readClock(db);
  const jobs: Record<string, Job> = {
    "ensure-partitions": { cron: "15 3 * * *", run: async () => ensurePartitions(db, await now()) },
    "tally-tokens": { cron: "* * * * *", run: () => tallyAll(db) },
    "tally-times": { cron: "* * * * *", run: () => tallyTimes(db) },
    "tally-clients": { cron: "* * * * *", run: () => tallyClients(db) },
    "keep-live-tokens": { cron: "* * * * *", run: () => keepLiveTokens(db) },
    "roll-up-uses": {
      cron: "* * * * *",
      run: () =>
        rollUpAll(db, {
          isHeld,
          rest: (ms) => wait(Math.min(ms, REST_MAX_MS)),
          forMs: ROLL_UP_MS,
        }),
    },
    "index-closed-days": {
      cron: "20 * * * *",
      run: () => indexClosedDays(retention, { isHeld }),
    },
    "count-busy-days": {
      cron: "*/5 * * * *",
      run: () =>
        countBusyDays(retention, {
          isHeld,
          rest: (ms) => wait(Math.min(ms, REST_MAX_MS)),
          forMs: ROLL_UP_MS,
        }),
    },
    "count-call-days": {
      cron: "2-59/5 * * * *",
      run: () =>
        countCallDays(retention, {
          isHeld,
          rest: (ms) => wait(Math.min(ms, REST_MAX_MS)),
          forMs: ROLL_UP_MS,
        }),
    },
    "count-missed-uses": { cron: "* * * * *", run: () => countMissedUses(db) },
    "seal-gone-writers": { cron: "* * * * *", run: () => sealGoneWriters(db) },
    "end-abandoned-exports": { cron: "* * * * *", run: async () => endAbandonedExports(db, await now()) },
    "hold-cases": { cron: "* * * * *", run: async () => noteContainmentOfAll(db, await now()) },
    "purge-plans": { cron: "5-59/10 * * * *", run: async () => purgePlans(db, await now()) },
    "purge-evidence-files": { cron: "9 * * * *", run: async () => purgeEvidenceFiles(db, await now()) },
    "purge-imports": { cron: "7-59/10 * * * *", run: async () => purgeImports(db, await now()) },
    "purge-lifetime-plans": { cron: "6-59/10 * * * *", run: async () => purgeLifetimePlans(db, await now()) },
    "purge-feed": { cron: "25 * * * *", run: async () => purgeFeed(db, await now()) },
    "purge-propagation": { cron: "45 * * * *", run: async () => purgePropagation(db, await now()) },
    "purge-register": {
      cron: `${PURGE_MINUTE} * * * *`,
      run: () => purgeRegister(retention, { signal, isDiskFull }),
    },
    "purge-log": { cron: PURGE_LOG_CRON, run: () => purgeOldLog(options) },
    "purge-reports": { cron: "25 * * * *", run: async () => purgeReports(retention, await now(), signal) },
    "purge-status-lists": { cron: "35 4 * * *", run: async () => purgeStatusLists(retention, await now()) },
    "purge-detections": { cron: "55 4 * * *", run: async () => purgeDetections(retention, await now()) },
    "forget-detection-tokens": { cron: "3-59/10 * * * *", run: async () => forgetTokens(db, await now()) },
    "purge-leak-reports": { cron: "56 4 * * *", run: async () => purgeLeakReports(retention, await now()) },
    "purge-approvals": { cron: "53 4 * * *", run: async () => purgeApprovals(retention, await now()) },
    "purge-mails": { cron: "57 4 * * *", run: async () => purgeMails(retention, await now()) },
    "purge-notifications": {
      cron: "58 4 * * *",
      run: async () => purgeNotifications(retention, await now()),
    },
    "tell-ending-tokens": { cron: "11 * * * *", run: async () => tellEndingTokens(db, await now()) },
    "purge-signals": { cron: "25 * * * *", run: async () => purgeSignals(db, await now()) },
    "tell-left-out": { cron: "*/5 * * * *", run: async () => tellLeftOut(db, await now()) },
    "purge-expired": { cron: "*/10 * * * *", run: async () => purgeExpired(db, await now()) },
  };
  return Object.fromEntries(
    Object.entries(jobs).map(([name, job]) => [
      name,
      name.startsWith("purge-") ? { ...job, run: () => runWhereTimeIsSound(options, job) } : job,
    ]),
  );
}

/** What takes something out because of its age waits where its age may be the clock's mistake. */
async function runWhereTimeIsSound({ db, log }: JobsOptions, job: Job): Promise<unknown> {
  const fault = await findClockFault(db);
  if (fault?.heldUntil == null) return job.run();
  log.error({ heldUntil: fault.heldUntil }, `the clock ${fault.title}: nothing is taken out`);
  return null;
}

async function purgeOldLog({ db, retention, log, checkpointFile, signal }: JobsOptions) {
  const held = () => readHeldCheckpoints(checkpointFile);
  const purged = await purgeLog(retention, {
    signal,
    verify: (day) => verifyUseDay(db, day, { held, signal }),
    forMs: PURGE_LOG_MS,
  });
  if (purged.unsignedDay !== null)
    log.error(purged, "no checkpoint covers a day that should leave the log: it stays");
  if (purged.brokenDay !== null)
    log.error(purged, "the evidence of a day that should leave the log does not hold: it stays");
  return purged;
}
