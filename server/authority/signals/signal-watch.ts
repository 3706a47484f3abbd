import type { Sql } from "#lib/db/sql.ts";

/** How late those who wait hear of an event. Nobody waits, nobody asks. */
const LOOK_MS = 200;
/** A stream's status is no event of the log: whoever waits looks again by itself. */
const AGAIN_MS = 2_000;

/** Wakes polls when the log of signals goes on: one look for all of them. */
export class SignalWatch {
  readonly #db: Sql;
  readonly #waiting = new Set<() => void>();
  #sequence = -1n;
  #timer: NodeJS.Timeout | null = null;
  #isLooking = false;
  /** How often it went on. */
  count = 0;

  constructor(db: Sql) {
    this.#db = db;
  }

  /** Until the log has gone on since `count` was `before`, at most for a while. */
  next(before: number, ms: number, signal: AbortSignal): Promise<void> {
    if (this.count !== before || signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal.removeEventListener("abort", done);
        this.#waiting.delete(done);
        if (this.#waiting.size === 0) this.stop();
        resolve();
      };
      const timer = setTimeout(done, Math.min(ms, AGAIN_MS));
      signal.addEventListener("abort", done);
      this.#waiting.add(done);
      this.#timer ??= setInterval(() => void this.#look(), LOOK_MS).unref();
    });
  }

  stop(): void {
    if (this.#timer !== null) clearInterval(this.#timer);
    this.#timer = null;
  }

  async #look(): Promise<void> {
    if (this.#isLooking) return;
    this.#isLooking = true;
    try {
      const [head] = await this.#db.query<{ sequence: bigint }>(
        "SELECT sequence FROM signal_head WHERE id = 1",
      );
      if (head === undefined || head.sequence === this.#sequence) return;
      this.#sequence = head.sequence;
      this.count += 1;
      for (const wake of [...this.#waiting]) wake();
    } catch {
      // those who wait look by themselves, and are told what is wrong
    } finally {
      this.#isLooking = false;
    }
  }
}
