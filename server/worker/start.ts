import { setTimeout as wait } from "node:timers/promises";
import { PgBoss } from "pg-boss";
import type { Logger } from "pino";
import { purgeApprovals } from "#lib/approvals/purge-approvals.ts";
import { indexClosedDays } from "#lib/audit/index-closed-days.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { watchDisk } from "#lib/db/disk-space.ts";
import { requireKnownSchema } from "#lib/db/schema-version.ts";
import { openSqlDatabase } from "#lib/db/sql-database.ts";
import { forgetTokens } from "#lib/detections/keep-memories.ts";
import { purgeDetections } from "#lib/detections/purge-detections.ts";
import { endAbandonedExports } from "#lib/exports/end-abandoned-exports.ts";
import { purgeFeed } from "#lib/feed/purge-feed.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import type { MasterKeys } from "#lib/keys/master-keys.ts";
import { readKeyIdInForce } from "#lib/keys/root-secret.ts";
import { purgeLifetimePlans } from "#lib/lifetimes/purge-lifetime-plans.ts";
import { PURGE_LOG_CRON } from "#lib/log-retention/model.ts";
import { purgeLog } from "#lib/log-retention/purge-log.ts";
import { verifyUseDay } from "#lib/log-retention/verify-use-day.ts";
import { purgeMails } from "#lib/mail/purge-mails.ts";
import { purgeNotifications } from "#lib/notifications/purge-notifications.ts";
import { tellEndingTokens } from "#lib/notifications/tell-ending-tokens.ts";
import { purgePlans } from "#lib/order-plans/purge-plans.ts";
import type { Outbound } from "#lib/outbound/outbound.ts";
import { purgeImports } from "#lib/people-imports/purge-imports.ts";
import { purgePropagation } from "#lib/propagation/purge-propagation.ts";
import { purgeReports } from "#lib/reports/purge-reports.ts";
import { PURGE_MINUTE } from "#lib/retention/model.ts";
import { purgeRegister } from "#lib/retention/purge-register.ts";
import { purgeStatusLists } from "#lib/retention/purge-status-lists.ts";
import { purgeLeakReports } from "#lib/scanners/purge-leak-reports.ts";
import { sealGoneWriters } from "#lib/seals/seal-gone-writers.ts";
import { purgeSignals } from "#lib/signals/purge-signals.ts";
import { keepLiveTokens } from "#lib/tokens/keep-live-tokens.ts";
import { tallyClients } from "#lib/tokens/tally-clients.ts";
import { tallyTimes } from "#lib/tokens/tally-times.ts";
import { tallyAll } from "#lib/tokens/tally-tokens.ts";
import { countBusyDays } from "#lib/use-rollups/busy-days.ts";
import { rollUpAll } from "#lib/use-rollups/roll-up-uses.ts";
import { countMissedUses } from "#lib/verification/count-missed-uses.ts";
import { logFailure } from "#server/log-failure.ts";
import { createCaseOpener } from "./case-opener.ts";
import { createChecker, readHeld } from "./checker.ts";
import { createCheckpointer } from "./checkpointer.ts";
import { createDetector } from "./detector.ts";
import { createEraser } from "./eraser.ts";
import { createEventSender } from "./event-sender.ts";
import { createFeedWatch } from "./feed-watch.ts";
import { createKeyRotator } from "./key-rotator.ts";
import { createMailSender } from "./mail-sender.ts";
import { createNotificationSender } from "./notification-sender.ts";
import { createNotificationWatch } from "./notification-watch.ts";
import { readQueueFailure } from "./queue-failure.ts";
import { createSettler } from "./settler.ts";
import { createSignalSender } from "./signal-sender.ts";
import { ensurePartitions, purgeExpired } from "./upkeep.ts";

/** An index over a day of many uses is built without a word from the database. */
const BUILD_SILENCE_MS = 660_000;
/** The longest rest of a job that has much to do between two of its steps. */
const REST_MAX_MS = 2_000;
/** Of a long log the next run of the job goes on with the rest. */
const ROLL_UP_MS = 300_000;
/** A job is given up after ten minutes: days that are left are the next run's. */
const PURGE_LOG_MS = 480_000;

export type RunningWorker = { db: Database; stop(): Promise<void> };

/** What it takes to tell others. */
export type WorkerSignals = { issuer: string; masterKeys: MasterKeys; outbound: Outbound };

export type WorkerOptions = {
  databaseUrl: string;
  databaseDir?: string | undefined;
  log: Logger;
  /** Undefined: no security events are sent, nor the audit to SIEMs or e-mail, no key is made by policy and no checkpoint is signed; another worker may. */
  signals?: WorkerSignals | undefined;
  /** Where checkpoints are kept outside of the database, absolute path; undefined: nowhere. */
  checkpointFile?: string | undefined;
};

/**
 * Starts the product's scheduled and long work: settles orders, lets signing keys sign and retire at their time, keeps partitions ahead of time, takes expired
 * state away and old weeks out of the register, old days and acts out of the log, counts tokens and rolls up uses for totals, counts what killed authorities had not counted, copies what lives on for plans, notes
 * when orders were committed, holds uses against the rules of what is unusual, sends security events, the audit to SIEMs, e-mail and notifications, tells of what is behind or overdue, opens cases of what scanners reported, seals what writers that are gone
 * left unsealed, signs checkpoints, verifies spans of the evidence and erases personal data as somebody asked for it, ends exports whose console was killed. Several workers share
 * one database: each job and each order's step is done by one of them. The queue lives in a schema of its own that the login role makes.
 *
 * @throws where the database cannot be reached.
 */
export async function startWorker({
  databaseUrl,
  databaseDir,
  log,
  signals,
  checkpointFile,
}: WorkerOptions): Promise<RunningWorker> {
  await requireKnownSchema(databaseUrl);
  const db = openDatabase({
    url: databaseUrl,
    role: "app",
    maxConnections: 4,
    applicationName: "tokenwarden-worker",
  });
  // the application's own role can take nothing out of the register
  const retention = openSqlDatabase({
    url: databaseUrl,
    role: "retention",
    // an erasure goes on beside what leaves, and beside a closed day that is indexed or counted
    maxConnections: 4,
    applicationName: "tokenwarden-retention",
    maxSilenceMs: BUILD_SILENCE_MS,
  });
  const stopping = new AbortController();
  const boss = new PgBoss({
    connectionString: databaseUrl,
    application_name: "tokenwarden-worker-queue",
    schema: "pgboss",
    max: 3,
  });
  boss.on("error", (told) => {
    const { error, job } = readQueueFailure(told);
    logFailure(log, error, { job }, "the job queue stumbled; it goes on");
  });
  const disk = await watchDisk(databaseDir);
  // an order is in force before it is settled: settling waits for room, so that the next order has some
  const settler = createSettler(db, databaseUrl, log, () => disk.isFull);
  const wrapper =
    signals === undefined ? null : createKeyWrapper(signals.masterKeys, () => readKeyIdInForce(db));
  const rotator = createKeyRotator(db, databaseUrl, log, wrapper);
  const watch = createFeedWatch(db, databaseUrl, log, () => disk.isFull);
  const checker = createChecker({
    db,
    url: databaseUrl,
    log,
    file: checkpointFile ?? null,
    signal: stopping.signal,
  });
  const eraser = createEraser({ retention, url: databaseUrl, log, signal: stopping.signal });
  const detector = createDetector(databaseUrl, log, () => disk.isFull);
  const checkpointer =
    wrapper && createCheckpointer({ db, url: databaseUrl, log, wrapper, file: checkpointFile ?? null });
  const sender = signals && wrapper && createSignalSender({ ...signals, wrapper, db, url: databaseUrl, log });

  const events =
    signals &&
    wrapper &&
    createEventSender({ outbound: signals.outbound, wrapper, db, url: databaseUrl, log });

  const mails =
    signals &&
    wrapper &&
    createMailSender({ outbound: signals.outbound, wrapper, db, url: databaseUrl, log });
  const notifications =
    signals &&
    wrapper &&
    createNotificationSender({ outbound: signals.outbound, wrapper, db, url: databaseUrl, log });
  const watcher = createNotificationWatch(db, databaseUrl, log, () => disk.isFull);
  const cases = createCaseOpener(db, databaseUrl, log);

  const jobs: Record<string, { cron: string; run: () => Promise<unknown> }> = {
    "ensure-partitions": { cron: "15 3 * * *", run: () => ensurePartitions(db, new Date()) },
    "tally-tokens": { cron: "* * * * *", run: () => tallyAll(db) },
    "tally-times": { cron: "* * * * *", run: () => tallyTimes(db) },
    "tally-clients": { cron: "* * * * *", run: () => tallyClients(db) },
    "keep-live-tokens": { cron: "* * * * *", run: () => keepLiveTokens(db) },
    "roll-up-uses": {
      cron: "* * * * *",
      run: () =>
        rollUpAll(db, {
          isHeld: () => disk.isFull || stopping.signal.aborted,
          rest: (ms) => wait(Math.min(ms, REST_MAX_MS)),
          forMs: ROLL_UP_MS,
        }),
    },
    "index-closed-days": {
      cron: "20 * * * *",
      run: () => indexClosedDays(retention, { isHeld: () => disk.isFull || stopping.signal.aborted }),
    },
    "count-busy-days": {
      cron: "*/10 * * * *",
      run: () =>
        countBusyDays(retention, {
          isHeld: () => disk.isFull || stopping.signal.aborted,
          rest: (ms) => wait(Math.min(ms, REST_MAX_MS)),
        }),
    },
    "count-missed-uses": { cron: "* * * * *", run: () => countMissedUses(db) },
    "seal-gone-writers": { cron: "* * * * *", run: () => sealGoneWriters(db) },
    "end-abandoned-exports": { cron: "* * * * *", run: () => endAbandonedExports(db, new Date()) },
    "purge-plans": { cron: "5-59/10 * * * *", run: () => purgePlans(db, new Date()) },
    "purge-imports": { cron: "7-59/10 * * * *", run: () => purgeImports(db, new Date()) },
    "purge-lifetime-plans": { cron: "6-59/10 * * * *", run: () => purgeLifetimePlans(db, new Date()) },
    "purge-feed": { cron: "25 * * * *", run: () => purgeFeed(db, new Date()) },
    "purge-propagation": { cron: "45 * * * *", run: () => purgePropagation(db, new Date()) },
    "purge-register": {
      cron: `${PURGE_MINUTE} * * * *`,
      run: () => purgeRegister(retention, { signal: stopping.signal, isDiskFull: () => disk.isFull }),
    },
    "purge-log": {
      cron: PURGE_LOG_CRON,
      run: async () => {
        const { signal } = stopping;
        const held = () => readHeld(checkpointFile ?? null);
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
      },
    },
    "purge-reports": { cron: "25 * * * *", run: () => purgeReports(retention, new Date(), stopping.signal) },
    "purge-status-lists": { cron: "35 4 * * *", run: () => purgeStatusLists(retention, new Date()) },
    "purge-detections": { cron: "55 4 * * *", run: () => purgeDetections(retention, new Date()) },
    "forget-detection-tokens": { cron: "3-59/10 * * * *", run: () => forgetTokens(db, new Date()) },
    "purge-leak-reports": { cron: "56 4 * * *", run: () => purgeLeakReports(retention, new Date()) },
    "purge-approvals": { cron: "53 4 * * *", run: () => purgeApprovals(retention, new Date()) },
    "purge-mails": { cron: "57 4 * * *", run: () => purgeMails(retention, new Date()) },
    "purge-notifications": { cron: "58 4 * * *", run: () => purgeNotifications(retention, new Date()) },
    "tell-ending-tokens": { cron: "11 * * * *", run: () => tellEndingTokens(db, new Date()) },
    "purge-signals": { cron: "25 * * * *", run: () => purgeSignals(db, new Date()) },
    "purge-expired": { cron: "*/10 * * * *", run: () => purgeExpired(db, new Date()) },
  };

  async function stop(): Promise<void> {
    stopping.abort();
    disk.stop();
    await settler.stop();
    await rotator.stop();
    await checkpointer?.stop();
    await watch.stop();
    await checker.stop();
    await eraser.stop();
    await detector.stop();
    await cases.stop();
    await watcher.stop();
    await notifications?.stop();
    await mails?.stop();
    await events?.stop();
    await sender?.stop();
    await boss.stop({ graceful: true, timeout: 5_000 });
    await retention.end();
    await db.end();
  }

  try {
    await ensurePartitions(db, new Date());
    await boss.start();
    for (const [name, job] of Object.entries(jobs)) {
      await boss.createQueue(name, { policy: "short", retryLimit: 3, expireInSeconds: 600 });
      await boss.work(name, { pollingIntervalSeconds: 10 }, async () => {
        log.debug({ job: name, result: await job.run() }, "job done");
      });
      await boss.schedule(name, job.cron, null, { tz: "UTC" });
    }
    settler.start();
    rotator.start();
    checkpointer?.start();
    watch.start();
    checker.start();
    eraser.start();
    detector.start();
    sender?.start();
    events?.start();
    mails?.start();
    notifications?.start();
    watcher.start();
    cases.start();
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
  return { db, stop };
}
