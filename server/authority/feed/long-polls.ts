import type { RegistryVerifier } from "#lib/registry/snapshot.ts";
import type { FeedFollower } from "#lib/verification/feed-follower.ts";
import { notReady } from "../answers.ts";
import { findVerifier } from "../callers.ts";
import type { Listener } from "./listener.ts";
import type { FeedPublisher, SignedBatch } from "./publisher.ts";
import { statementKey } from "./statement.ts";

export type PollAnswer = { statement: string; batches: SignedBatch[] };

export type LongPollsOptions = {
  publisher: FeedPublisher;
  follower: FeedFollower;
  /** Reads a piece for a verifier, when it is its turn. */
  read(verifierId: string, position: number): Promise<SignedBatch>;
  statementOf(verifier: RegistryVerifier): Promise<string>;
};

/** Why a wait is over. */
type Reason = "ended" | "refused" | "news" | "time";
type Waiting = { listener: Listener; statement: string; wake(reason: Reason): void };

/** Pieces that one poll takes along: some megabytes. */
const PIECES = 4;

/** Those who ask for the feed again and again, and wait for news. */
export class LongPolls {
  readonly #options: LongPollsOptions;
  readonly #waiting = new Set<Waiting>();
  #isEnding = false;

  constructor(options: LongPollsOptions) {
    this.#options = options;
  }

  get waiting(): number {
    return this.#waiting.size;
  }

  /**
   * The batches after a position: at once where there are any, else as soon as there are, else a heartbeat when the time is over.
   *
   * @returns null where the listener is no longer to be answered.
   * @throws {Refused} 503 where this process does not know what is so, or stops.
   */
  async answer(
    listener: Listener,
    position: number,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<PollAnswer | null> {
    const { publisher, follower, read, statementOf } = this.#options;
    if (publisher.position <= position) {
      const reason = await this.#news(listener, position, waitMs, signal);
      if (reason === "refused") return null;
    }
    if (follower.isStale || this.#isEnding) throw notReady();
    const current = findVerifier(follower.registry, listener.digest, Date.now());
    if (current === null) return null;
    const batches: SignedBatch[] = [];
    let at = position;
    do {
      const batch = await read(current.id, at);
      batches.push(batch);
      if (batch.to === at) break;
      at = batch.to;
    } while (at < publisher.position && batches.length < PIECES);
    return { statement: await statementOf(current), batches };
  }

  /** Waits for news after a position, for so long at most. */
  #news(listener: Listener, position: number, waitMs: number, signal: AbortSignal): Promise<Reason> {
    const { publisher } = this.#options;
    return new Promise((resolve) => {
      const finish = (reason: Reason) => {
        clearTimeout(timer);
        unsubscribe();
        this.#waiting.delete(waiting);
        signal.removeEventListener("abort", onAbort);
        resolve(reason);
      };
      const waiting: Waiting = { listener, statement: statementKey(listener.verifier), wake: finish };
      const onAbort = () => finish("refused");
      const timer = setTimeout(() => finish("time"), waitMs);
      const unsubscribe = publisher.subscribe({
        deliver: (batch) => {
          if (batch.isNews || batch.to > position) finish("news");
        },
      });
      this.#waiting.add(waiting);
      signal.addEventListener("abort", onAbort);
      if (signal.aborted || this.#isEnding) finish("ended");
      else if (publisher.position > position) finish("news");
    });
  }

  /** Looks at the registry again: for those whose secret is no longer good, and those that are to go by something else now. */
  refresh(): void {
    for (const waiting of this.#waiting) {
      const { registry } = this.#options.follower;
      const current = findVerifier(registry, waiting.listener.digest, Date.now());
      if (current === null) waiting.wake("refused");
      else if (statementKey(current) !== waiting.statement) waiting.wake("news");
    }
  }

  /** From now on nobody is answered. */
  end(): void {
    this.#isEnding = true;
    for (const waiting of this.#waiting) waiting.wake("ended");
  }
}
