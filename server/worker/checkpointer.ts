import { readClock } from "#lib/clocks/read-clock.ts";
import { systemContext } from "#lib/context.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";
import type { KeyWrapper } from "#lib/keys/key-wrapper.ts";
import { findRestore } from "#lib/restore/find-restore.ts";
import { appendCheckpoints, CheckpointFileError } from "#lib/seals/checkpoint-file.ts";
import { CHECKPOINT_WANTED } from "#lib/seals/cover-records.ts";
import { CHECKPOINT_SECONDS, isClockBehind, makeCheckpoint } from "#lib/seals/make-checkpoint.ts";
import { logFailure } from "#server/log-failure.ts";
import { WokenLoop } from "./woken-loop.ts";
import type { WorkerPart, Workplace } from "./worker-part.ts";

const POLL_MS = 2_000;
/** What is wrong is said again after so long. */
const SAY_AGAIN_MS = 60_000;

export type CheckpointerOptions = Workplace & {
  wrapper: KeyWrapper;
  /** Null: checkpoints stay in the database alone. */
  checkpointFile: string | null;
};

/**
 * Signs a checkpoint once a minute, and at once where one is asked for, and hands it, with those of other workers, to a file outside of the database. Where the database does not go on from what
 * the file has, nothing more is signed or served until somebody has confirmed that it was restored.
 */
export function createCheckpointer({
  db,
  url,
  log,
  wrapper,
  checkpointFile: file,
}: CheckpointerOptions): WorkerPart {
  const saidAt = new Map<string, number>();
  const say = (error: unknown, words: string) => {
    if (Date.now() - (saidAt.get(words) ?? 0) < SAY_AGAIN_MS) return;
    saidAt.set(words, Date.now());
    log.error({ err: error }, words);
  };
  let kept: bigint | null = null;

  /** Whether the file has what the database has. */
  async function keep(): Promise<boolean> {
    if (file === null) return true;
    const [newest] = await db.query<{ number: bigint }>(
      "SELECT number FROM checkpoint ORDER BY number DESC LIMIT 1",
    );
    if (kept !== null && kept === (newest?.number ?? 0n)) return true;
    try {
      await appendCheckpoints(db, file);
      kept = newest?.number ?? 0n;
      return true;
    } catch (error) {
      if (error instanceof CheckpointFileError) {
        say(error, "the evidence is not what it was: no checkpoint is signed");
        await findRestore(db, file);
        return false;
      }
      if (isUnavailable(error)) throw error;
      say(error, "checkpoints cannot be kept outside of the database");
      return true;
    }
  }

  let signedAt = Number.NEGATIVE_INFINITY;
  /** By the database's clock, whatever this machine's says; where that went back, a minute is one of this process's own. */
  async function sign(): Promise<boolean> {
    const now = await readClock(db);
    const isDue = performance.now() - signedAt >= CHECKPOINT_SECONDS * 1_000;
    if (!isDue && (await isClockBehind(db, now))) return false;
    const number = await makeCheckpoint(systemContext(db, "worker", now), wrapper);
    if (number !== null) signedAt = performance.now();
    return number !== null;
  }

  return new WokenLoop({
    url,
    channels: [CHECKPOINT_WANTED],
    pollMs: POLL_MS,
    async work() {
      if ((await keep()) && (await sign())) await keep();
      return false;
    },
    onError: (error) => {
      const words = "no checkpoint could be signed; it is tried again";
      if (isUnavailable(error)) logFailure(log, error, {}, words);
      else say(error, words);
    },
  });
}
