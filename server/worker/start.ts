import type { Logger } from "pino";
import { readClock } from "#lib/clocks/read-clock.ts";
import { type Database, openDatabase } from "#lib/db/database.ts";
import { watchDisk } from "#lib/db/disk-space.ts";
import { requireKnownSchema } from "#lib/db/schema-version.ts";
import { openSqlDatabase } from "#lib/db/sql-database.ts";
import { createKeyWrapper } from "#lib/keys/key-wrapper.ts";
import type { MasterKeys } from "#lib/keys/master-keys.ts";
import { readKeyIdInForce } from "#lib/keys/root-secret.ts";
import type { Outbound } from "#lib/outbound/outbound.ts";
import { createCheckpointer } from "./checkpointer.ts";
import { createDetector } from "./detector.ts";
import { createJobQueue } from "./job-queue.ts";
import { scheduledJobs } from "./jobs.ts";
import { createLoops } from "./loops.ts";
import { createMailSender, createNotificationSender, type SenderOptions } from "./outbox-sender.ts";
import { createEventSender, createSignalSender } from "./stream-sender.ts";
import { ensurePartitions } from "./upkeep.ts";
import type { WorkerPart } from "./worker-part.ts";

/** An index over a day of many uses is built without a word from the database. */
const BUILD_SILENCE_MS = 660_000;

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

/** What takes the master key: evidence that is signed, and what is told to others. */
function createKeyedParts(
  options: SenderOptions & { issuer: string; checkpointFile: string | null },
): WorkerPart[] {
  return [
    createCheckpointer(options),
    createSignalSender(options),
    createEventSender(options),
    createMailSender(options),
    createNotificationSender(options),
  ];
}

/**
 * Starts the product's long work (`loops.ts`, what is unusual in how tokens are used, checkpoints, all that is sent) and its scheduled work (`jobs.ts`). Several
 * workers share one database: each job, each order's step and each thing that is sent is done by one of them.
 *
 * @throws where the database cannot be reached.
 */
export async function startWorker({
  databaseUrl,
  databaseDir,
  log,
  signals,
  checkpointFile: file,
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
  const checkpointFile = file ?? null;
  const stopping = new AbortController();
  const disk = await watchDisk(databaseDir);
  const isDiskFull = () => disk.isFull;
  const place = { db, url: databaseUrl, log };
  const wrapper =
    signals === undefined ? null : createKeyWrapper(signals.masterKeys, () => readKeyIdInForce(db));
  const shared = { retention, checkpointFile, isDiskFull, signal: stopping.signal };
  const queue = createJobQueue(place, scheduledJobs({ ...shared, db, log }));
  const parts: WorkerPart[] = [
    ...createLoops({ ...place, ...shared, wrapper }),
    createDetector(place, isDiskFull),
    ...(signals === undefined || wrapper === null
      ? []
      : createKeyedParts({ ...place, wrapper, checkpointFile, ...signals })),
  ];

  async function stop(): Promise<void> {
    stopping.abort();
    disk.stop();
    await Promise.all(parts.map((part) => part.stop()));
    signals?.outbound.close();
    await queue.stop();
    await retention.end();
    await db.end();
  }

  try {
    await ensurePartitions(db, await readClock(db));
    await queue.start();
    for (const part of parts) part.start();
  } catch (error) {
    await stop().catch(() => {});
    throw error;
  }
  return { db, stop };
}
