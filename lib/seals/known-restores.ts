import { z } from "zod";
import type { ChainedEntry } from "./entry-leaf.ts";
import type { Problems } from "./verification.ts";

/** Checkpoints that a database lost when it was put back to an older state, by its own word: those after `after` up to `upTo`. */
export type LostCheckpoints = { after: bigint; upTo: bigint };

/** A restore that somebody confirmed, as the chained acts tell of it. */
export type KnownRestore = { sequence: bigint; at: Date; by: string; after: number; upTo: number };

const confirmed = z.object({
  lastCheckpoint: z.int().nonnegative(),
  lostCheckpointsUpTo: z.int().nonnegative(),
});

function read(text: string | null): z.output<typeof confirmed> | null {
  const parsed = confirmed.safeParse(text === null ? null : JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

/**
 * Which checkpoints that are held elsewhere need not be in the evidence: those of a time that was lost in a restore. What the database says of it counts only where
 * a chained act says the same.
 */
export class KnownRestores {
  readonly #said: readonly LostCheckpoints[];
  readonly #lost = new Map<LostCheckpoints, number>();
  readonly #confirmed: KnownRestore[] = [];

  /** @param said what the database, or the file of it, says without proof. */
  constructor(said: readonly LostCheckpoints[]) {
    this.#said = said;
  }

  /** Whether a checkpoint is said to be lost. */
  isLost(number: bigint): boolean {
    return this.#saidOf(number) !== undefined;
  }

  #saidOf(number: bigint): LostCheckpoints | undefined {
    return this.#said.find(({ after, upTo }) => number > after && number <= upTo);
  }

  /** Counts one that is held elsewhere and is not in the evidence. */
  count(number: bigint): void {
    const said = this.#saidOf(number);
    if (said !== undefined) this.#lost.set(said, (this.#lost.get(said) ?? 0) + 1);
  }

  /** Acts, in their order. */
  note({ act, outcome, after, sequence, at, actorName }: ChainedEntry): void {
    if (act !== "database.restore_confirmed" || outcome !== "done") return;
    const restore = read(after);
    if (restore === null) return;
    const { lastCheckpoint, lostCheckpointsUpTo: upTo } = restore;
    this.#confirmed.push({ sequence, at, by: actorName, after: lastCheckpoint, upTo });
  }

  /** Once all acts were read. @returns how many are lost, and by which restores. */
  end(problems: Problems): { lost: number; restores: KnownRestore[] } {
    const restores = new Set<KnownRestore>();
    for (const { after, upTo } of this.#lost.keys()) {
      const restore = this.#confirmed.find((one) => BigInt(one.after) === after && BigInt(one.upTo) === upTo);
      if (restore !== undefined) restores.add(restore);
      else
        problems.add(
          "checkpoints",
          after + 1n,
          `those up to ${upTo}, which are held elsewhere, are said to be lost by a restore that no act tells of`,
        );
    }
    return {
      lost: [...this.#lost.values()].reduce((sum, count) => sum + count, 0),
      restores: [...restores],
    };
  }
}
