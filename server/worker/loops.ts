import { readClock } from "#lib/clocks/read-clock.ts";
import { systemContext } from "#lib/context.ts";
import type { SqlDatabase } from "#lib/db/sql-database.ts";
import { runNextErasure } from "#lib/erasures/run-next-erasure.ts";
import { runNextCheck } from "#lib/evidence-checks/run-next-check.ts";
import { advanceKeys } from "#lib/keys/advance-keys.ts";
import type { KeyWrapper } from "#lib/keys/key-wrapper.ts";
import { rotateByPolicy } from "#lib/keys/rotate-by-policy.ts";
import { tellHeldMails } from "#lib/notifications/tell-held-mails.ts";
import { tellStreamLosses } from "#lib/notifications/tell-stream-losses.ts";
import { watchConditions } from "#lib/notifications/watch-conditions.ts";
import { noteFeedHead } from "#lib/propagation/note-head.ts";
import { settleNext } from "#lib/revocations/settle-orders.ts";
import { openCaseOfReport } from "#lib/scanners/open-case-of-report.ts";
import { readHeldCheckpoints } from "#lib/seals/checkpoint-file.ts";
import { type WorkerPart, type Workplace, workerLoop } from "./worker-part.ts";

export type LoopsOptions = Workplace & {
  /** The role that may take something out of the register and the log. */
  retention: SqlDatabase;
  /** Null: no key is made by policy. */
  wrapper: KeyWrapper | null;
  /** Where checkpoints are kept outside of the database; null: nowhere. */
  checkpointFile: string | null;
  /** Whether the disk is full: what is in force already waits for room, so that the next order has some. */
  isDiskFull: () => boolean;
  signal: AbortSignal;
};

/** Opens cases of what scanners reported. What their policies take back does not wait for it. */
export const createCaseOpener = (place: Workplace): WorkerPart =>
  workerLoop(place, {
    work: async () => openCaseOfReport(place.db, await readClock(place.db)),
    pollMs: 500,
    failure: "a report's case could not be opened; it is tried again",
  });

/** What a worker looks at all the time. Each is a loop of its own: none waits for what takes long in another. */
export function createLoops(options: LoopsOptions): WorkerPart[] {
  const { db, retention, wrapper, checkpointFile, isDiskFull, signal } = options;
  let noted = -1n;
  return [
    // an order is in force before it is settled
    workerLoop(options, {
      work: async () => !isDiskFull() && (await settleNext(db)),
      pollMs: 500,
      channels: ["revocations"],
      failure: "an order could not be settled; it is tried again",
    }),
    // when orders were there
    workerLoop(options, {
      async work() {
        if (!isDiskFull()) noted = await noteFeedHead(db, noted);
        return false;
      },
      pollMs: 500,
      channels: ["revocations"],
      failure: "the feed's head could not be noted; it is tried again",
    }),
    // keys sign and retire when their time comes, and the next ones are made as policies say
    workerLoop(options, {
      async work() {
        const ctx = systemContext(db, "worker", await readClock(db));
        return (await advanceKeys(ctx)) || (wrapper !== null && (await rotateByPolicy(ctx, wrapper)));
      },
      pollMs: 1_000,
      failure: "a signing key could not be changed; it is tried again",
    }),
    createCaseOpener(options),
    // what is behind or overdue is told after a minute, when it begins and when it is over
    workerLoop(options, {
      async work() {
        if (!isDiskFull()) await watchConditions(db, await readClock(db));
        if (!isDiskFull()) await tellStreamLosses(db, await readClock(db));
        if (!isDiskFull()) await tellHeldMails(db, await readClock(db));
        return false;
      },
      pollMs: 10_000,
      failure: "what is behind could not be looked at; it is tried again",
    }),
    // spans of the evidence that somebody wants verified, one after the other
    workerLoop(options, {
      work: () => runNextCheck(db, { held: () => readHeldCheckpoints(checkpointFile), signal }),
      pollMs: 1_000,
      failure: "a verification of the evidence failed",
    }),
    // people whose data owners want erased, one after the other
    workerLoop(options, {
      work: () => runNextErasure(retention, { signal }),
      pollMs: 1_000,
      failure: "an erasure failed; it is tried again",
    }),
  ];
}
