import { Throttled, type ThrottleReason } from "../bounds/throttled.ts";

export type Places = {
  /** Of one verifier. */
  each: number;
  /** Of all together. */
  all: number;
};

/** Counts what goes on for long: a verifier has no more of it at once than its places, and all together have theirs. */
export class PlaceCounter {
  readonly #places: Places;
  readonly #reason: ThrottleReason;
  readonly #taken = new Map<string, number>();
  #all = 0;

  constructor(places: Places, reason: ThrottleReason) {
    this.#places = places;
    this.#reason = reason;
  }

  /**
   * Takes a place until the returned function is called.
   *
   * @throws {Throttled} where there is none.
   */
  enter(verifierId: string): () => void {
    const taken = this.#taken.get(verifierId) ?? 0;
    if (taken >= this.#places.each || this.#all >= this.#places.all)
      throw new Throttled(this.#reason, "Too many of them at once. Try again in some seconds.");
    this.#taken.set(verifierId, taken + 1);
    this.#all += 1;
    let isLeft = false;
    return () => {
      if (isLeft) return;
      isLeft = true;
      this.#all -= 1;
      const left = (this.#taken.get(verifierId) ?? 1) - 1;
      if (left === 0) this.#taken.delete(verifierId);
      else this.#taken.set(verifierId, left);
    };
  }
}
