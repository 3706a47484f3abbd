import { type Fact, factBytes } from "./fact.ts";

export type RecentFactsOptions = {
  /** Where the facts to come begin. */
  position: number;
  /** Bytes of facts that are kept; the oldest go first. */
  maxBytes: number;
};

/** The last facts of the feed, in order and without a gap: for those who were away for a moment, and for those who are a step behind. */
export class RecentFacts {
  readonly #maxBytes: number;
  #facts: Fact[] = [];
  #bytes = 0;
  #end: number;

  constructor({ position, maxBytes }: RecentFactsOptions) {
    this.#end = position;
    this.#maxBytes = maxBytes;
  }

  /** The last position that is known. */
  get end(): number {
    return this.#end;
  }

  /** Facts are there of all positions after it. */
  get start(): number {
    return this.#end - this.#facts.length;
  }

  /** @throws where they are not the next ones: a gap would be a revocation that nobody hears of. */
  add(facts: readonly Fact[]): void {
    for (const fact of facts) {
      if (fact.position !== this.#end + 1)
        throw new Error(`the facts jump from ${this.#end} to ${fact.position}`);
      this.#facts.push(fact);
      this.#bytes += factBytes(fact);
      this.#end = fact.position;
    }
    let gone = 0;
    while (this.#bytes > this.#maxBytes) {
      this.#bytes -= factBytes(this.#facts[gone] as Fact);
      gone += 1;
    }
    if (gone > 0) this.#facts.splice(0, gone);
  }

  /** Forgets everything: what comes next begins after `position`. */
  reset(position: number): void {
    this.#facts = [];
    this.#bytes = 0;
    this.#end = position;
  }

  /** The next facts after a position, at least one where there is any and about `maxBytes` at most; null where they are no longer there. */
  after(position: number, maxBytes: number): Fact[] | null {
    if (position < this.start || position > this.#end) return null;
    return firstOf(this.#facts, position - this.start, maxBytes);
  }
}

/** Facts from an index on: at least one where there is any, about `maxBytes` at most. */
export function firstOf(facts: readonly Fact[], from: number, maxBytes: number): Fact[] {
  let to = from;
  let bytes = 0;
  while (to < facts.length) {
    bytes += factBytes(facts[to] as Fact);
    if (bytes > maxBytes && to > from) break;
    to += 1;
  }
  return facts.slice(from, to);
}
