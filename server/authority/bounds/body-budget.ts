import { BacklogFull } from "#lib/db/batcher.ts";
import { Throttled } from "./throttled.ts";

export type BodyBudgetOptions = {
  /** Bytes of bodies of all callers. */
  total: number;
  /** Bytes of bodies of one caller, while others are there or not: it is one that sends and does not wait for answers. */
  each: number;
};

/** Bounds the bytes of large bodies that a process holds at once, from before they are read until they are answered: what was not read waits where it came from. */
export class BodyBudget {
  readonly #total: number;
  readonly #each: number;
  readonly #byCaller = new Map<string, number>();
  #held = 0;

  constructor({ total, each }: BodyBudgetOptions) {
    this.#total = total;
    this.#each = each;
  }

  /**
   * Takes the bytes of a body.
   *
   * @returns gives them back; more than once is once.
   * @throws {Throttled} where the caller has too many under way. {@link BacklogFull} where all callers have.
   */
  take(callerId: string, bytes: number): () => void {
    const held = this.#byCaller.get(callerId) ?? 0;
    if (held + bytes > this.#each)
      throw new Throttled(
        "share",
        "Too many bytes of your requests are under way. Wait for an answer before you send more.",
      );
    if (this.#held + bytes > this.#total) throw new BacklogFull("too many bytes of requests are under way");
    this.#add(callerId, bytes);
    let isHeld = true;
    return () => {
      if (isHeld) this.#add(callerId, -bytes);
      isHeld = false;
    };
  }

  /** Bytes under way. */
  get held(): number {
    return this.#held;
  }

  #add(callerId: string, bytes: number): void {
    this.#held += bytes;
    const held = (this.#byCaller.get(callerId) ?? 0) + bytes;
    if (held === 0) this.#byCaller.delete(callerId);
    else this.#byCaller.set(callerId, held);
  }
}
