export type BatcherOptions<Item, Result> = {
  /** Items of one run at most, by weight; one that is heavier has a run of its own. */
  maxBatch: number;
  /** Runs under way at once at most. */
  maxInFlight: number;
  /** So many more may begin where the latest run is under way for longer than this. */
  whenSlow?: { afterMs: number; more: number };
  /** Items waiting at most, by weight; more are refused with BacklogFull. */
  maxWaiting?: number;
  /** What an item counts for, 1 at least; by default each counts for one. */
  weigh?(item: Item): number;
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
  const { maxBatch, maxInFlight, whenSlow, maxWaiting = 20_000, weigh = () => 1, run } = options;
  let queue: Entry<Item, Result>[] = [];
  let waitingWeight = 0;
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

  /** How many of those that wait make the next run. */
  function nextCount(): number {
    let weight = 0;
    for (const [place, { item }] of queue.entries()) {
      const more = weigh(item);
      if (place > 0 && weight + more > maxBatch) return place;
      weight += more;
      waitingWeight -= more;
    }
    return queue.length;
  }

  function drain(): void {
    isScheduled = false;
    while (queue.length > 0 && mayRun()) {
      const count = nextCount();
      const entries = queue.slice(0, count);
      queue = queue.slice(count);
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
      const weight = weigh(item);
      // one that is heavier than what may wait goes in where nothing does
      if (queue.length > 0 && waitingWeight + weight > maxWaiting)
        return Promise.reject(new BacklogFull("too much work is waiting for the database"));
      return new Promise((resolve, reject) => {
        waitingWeight += weight;
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
