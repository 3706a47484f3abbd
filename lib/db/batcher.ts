export type BatcherOptions<Item, Result> = {
  /** Items of one run at most. */
  maxBatch: number;
  /** Runs under way at once at most. */
  maxInFlight: number;
  /** So many more may begin where the latest run is under way for longer than this. */
  whenSlow?: { afterMs: number; more: number };
  /** Items waiting at most; more are refused with BacklogFull. */
  maxWaiting?: number;
  /** Answers each item of a batch, in order; a throw fails every item of it. */
  run(items: Item[]): Promise<Result[]>;
};

/** More work waits than may: the caller answers 503. */
export class BacklogFull extends Error {
  override name = "BacklogFull";
  /** So that it is read as the database not keeping up. */
  readonly code = "53400";
}

export type Batcher<Item, Result> = {
  /** Joins the next run and resolves with the item's own result. */
  add(item: Item): Promise<Result>;
  /** Items that wait for a run. */
  readonly waiting: number;
  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void>;
};

type Entry<Item, Result> = {
  item: Item;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
};

/**
 * Joins concurrent work into batches without a timer: what arrives while a run is under way goes into the next one, so that batches grow
 * with load and with the cost of a commit, and a lone item waits for nobody.
 */
export function createBatcher<Item, Result>(options: BatcherOptions<Item, Result>): Batcher<Item, Result> {
  const { maxBatch, maxInFlight, whenSlow, maxWaiting = 20_000, run } = options;
  let queue: Entry<Item, Result>[] = [];
  let inFlight = 0;
  let latestAt = 0;
  let isScheduled = false;
  let idleWaiters: (() => void)[] = [];

  function mayRun(): boolean {
    if (inFlight < maxInFlight) return true;
    if (whenSlow === undefined || inFlight >= maxInFlight + whenSlow.more) return false;
    return performance.now() - latestAt > whenSlow.afterMs;
  }

  async function runBatch(entries: Entry<Item, Result>[]): Promise<void> {
    inFlight += 1;
    latestAt = performance.now();
    try {
      const results = await run(entries.map((entry) => entry.item));
      for (let index = 0; index < entries.length; index += 1) {
        (entries[index] as Entry<Item, Result>).resolve(results[index] as Result);
      }
    } catch (error) {
      for (const entry of entries) entry.reject(error);
    } finally {
      inFlight -= 1;
      if (queue.length > 0) schedule();
      else if (inFlight === 0) {
        for (const resolve of idleWaiters) resolve();
        idleWaiters = [];
      }
    }
  }

  function drain(): void {
    isScheduled = false;
    while (queue.length > 0 && mayRun()) {
      const entries = queue.slice(0, maxBatch);
      queue = queue.slice(maxBatch);
      void runBatch(entries);
    }
  }

  function schedule(): void {
    if (isScheduled || !mayRun()) return;
    isScheduled = true;
    // after the I/O of this turn: requests that arrived together are batched together
    setImmediate(drain);
  }

  return {
    add(item) {
      if (queue.length >= maxWaiting)
        return Promise.reject(new BacklogFull("too much work is waiting for the database"));
      return new Promise((resolve, reject) => {
        queue.push({ item, resolve, reject });
        schedule();
      });
    },
    get waiting() {
      return queue.length;
    },
    idle() {
      if (queue.length === 0 && inFlight === 0) return Promise.resolve();
      return new Promise((resolve) => idleWaiters.push(resolve));
    },
  };
}
