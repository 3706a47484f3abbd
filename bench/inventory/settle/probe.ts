import { setTimeout as wait } from "node:timers/promises";
import { percentile } from "#bench/report/percentile.ts";
import { median } from "#bench/report/statistics.ts";

/** How long one kind of request took while a probe ran. */
export type Probed = { asked: number; medianMs: number; p99Ms: number; worstMs: number; failed: number };

/** Asks one thing after another, with a pause between, for as long as it runs: what a caller feels, not how much can be done. */
export class Probe {
  readonly #ask: () => Promise<boolean>;
  readonly #pauseMs: number;
  #times: number[] = [];
  #failed = 0;
  #isRunning = true;
  readonly #done: Promise<void>;

  constructor(ask: () => Promise<boolean>, pauseMs: number) {
    this.#ask = ask;
    this.#pauseMs = pauseMs;
    this.#done = this.#run();
  }

  async #run(): Promise<void> {
    while (this.#isRunning) {
      const from = performance.now();
      const isRight = await this.#ask().catch(() => false);
      this.#times.push(performance.now() - from);
      if (!isRight) this.#failed += 1;
      await wait(this.#pauseMs);
    }
  }

  /** What was measured since the last time it was asked. */
  take(): Probed {
    const times = this.#times;
    const failed = this.#failed;
    this.#times = [];
    this.#failed = 0;
    const most = times.length === 0 ? Number.NaN : Math.max(...times);
    return {
      asked: times.length,
      medianMs: median(times),
      p99Ms: percentile(times, 0.99),
      worstMs: most,
      failed,
    };
  }

  async stop(): Promise<void> {
    this.#isRunning = false;
    await this.#done;
  }
}
