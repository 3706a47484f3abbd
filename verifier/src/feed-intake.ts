import type { FactBook } from "./fact-book.ts";
import type { Fact } from "./facts.ts";
import type { LastWord } from "./last-word.ts";
import type { Snapshot } from "./read-snapshot.ts";

/**
 * A signed batch of the feed: the facts after `after` up to `to`, without a gap. `at` in milliseconds since the epoch. `mark` tells the position `to` from
 * the same one of another history; null where the authority tells none.
 */
export type Batch = {
  at: number;
  after: number;
  to: number;
  head: number;
  mark: string | null;
  facts: Fact[];
  disabledClients: string[];
};

/**
 * What became of a batch. `gap`: it begins beyond our position, nothing of it was applied; `replayed`: we had it, or one as new;
 * `went_back`: the authority knows less than we do, or something else at our position.
 */
export type Intake = "applied" | "heartbeat" | "gap" | "replayed" | "went_back";

/** The book and its position: facts enter in order, once, and never beyond a gap. Only a word that leaves nothing open makes it fresh. */
export class FeedIntake {
  readonly #word: LastWord;
  #book: FactBook | null = null;
  #position = 0;
  #mark: string | null = null;
  #newestAt = Number.NEGATIVE_INFINITY;
  #isBack = false;

  constructor(word: LastWord) {
    this.#word = word;
  }

  /** Null before the first snapshot. */
  get book(): FactBook | null {
    return this.#book;
  }

  get position(): number {
    return this.#position;
  }

  /** What the authority called our position, to be said with it; null where it told nothing. */
  get mark(): string | null {
    return this.#mark;
  }

  /** The newest instant of the authority's own clock that we heard, in milliseconds since the epoch; -Infinity before the first word. */
  get newestAt(): number {
    return this.#newestAt;
  }

  /** The authority knew less than we do, and no snapshot has caught up since: nothing it says can be relied on. */
  get isBack(): boolean {
    return this.#isBack;
  }

  markBack(): void {
    this.#isBack = true;
  }

  /** @returns false where it is behind what we know: then it is not taken. */
  load({ book, position, mark, at }: Snapshot): boolean {
    if (position < this.#position) {
      this.#isBack = true;
      return false;
    }
    if (this.#isBack && this.#book !== null) book.keepRevocationsOf(this.#book);
    this.#book = book;
    this.#position = position;
    this.#mark = mark;
    this.#isBack = false;
    this.#word.hear(at);
    this.#newestAt = Math.max(this.#newestAt, at);
    return true;
  }

  take(batch: Batch): Intake {
    const { after, to, head, facts, at } = batch;
    if (facts.length !== to - after || to > head) throw new Error("a batch does not hold what it says");
    if (facts.some((fact, index) => fact.position !== after + index + 1))
      throw new Error("positions of a batch are not dense");
    if (this.#book === null || after > this.#position) return "gap";
    if (to < this.#position) return head < this.#position && at > this.#newestAt ? "went_back" : "replayed";
    const isOther = this.#mark !== null && batch.mark !== null && batch.mark !== this.#mark;
    if (to === this.#position && isOther && at > this.#newestAt) return "went_back";
    if (to === this.#position && facts.length > 0) return "replayed";
    for (const fact of facts) if (fact.position > this.#position) this.#book.take(fact);
    if (at < this.#newestAt && facts.length === 0) return "replayed";
    this.#position = to;
    this.#mark = batch.mark;
    if (at >= this.#newestAt) this.#book.setDisabledClients(batch.disabledClients);
    this.#newestAt = Math.max(this.#newestAt, at);
    // what the head is ahead of us is not applied yet: the word counts when it is
    if (to === head && !this.#isBack) this.#word.hear(at);
    return facts.length > 0 ? "applied" : "heartbeat";
  }
}
