import { type BatcherOptions, createBatcher } from "./batcher.ts";

/** A light lane is let go on past a run that is slow: whoever has little under way does not wait for its own last one either. */
const LIGHT = { maxInFlight: 1, whenSlow: { afterMs: 3, more: 2 } };

export type Lanes<Item, Result> = {
  /** Joins the next run of its lane and resolves with the item's own result. */
  add(item: Item, isLight: boolean): Promise<Result>;
  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void>;
};

/**
 * Batches in two lanes: what is light waits for no run of what is heavy, and is answered without the rest of such a run. Each is run in the same way; the
 * options are those of the heavy lane.
 */
export function createLanes<Item, Result>(options: BatcherOptions<Item, Result>): Lanes<Item, Result> {
  const heavy = createBatcher(options);
  const light = createBatcher({ ...options, ...LIGHT });
  return {
    add: (item, isLight) => (isLight ? light : heavy).add(item),
    async idle() {
      await heavy.idle();
      await light.idle();
    },
  };
}
