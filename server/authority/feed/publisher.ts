import type { Sql } from "#lib/db/sql.ts";
import { type Fact, factOf } from "#lib/feed/fact.ts";
import type { FeedMarks } from "#lib/feed/feed-marks.ts";
import { FEED_AUDIENCE, type FeedSigner } from "#lib/feed/feed-signer.ts";
import { readFactDetails } from "#lib/feed/read-fact-details.ts";
import { firstOf, RecentFacts } from "#lib/feed/recent-facts.ts";
import type { FeedFollower } from "#lib/verification/feed-follower.ts";
import { type FeedEntry, readFeedAfter } from "#lib/verification/read-orders.ts";

/** A signed piece of the feed: one text, and one event of a stream, for all who are sent it. */
export type SignedBatch = {
  /** Its facts are of the positions after + 1 … to. */
  after: number;
  to: number;
  /** False for a heartbeat. */
  isNews: boolean;
  jws: string;
  event: Buffer;
};

export type Subscriber = { deliver(batch: SignedBatch): void };

export type PublisherOptions = {
  db: Sql;
  follower: FeedFollower;
  issuer: string;
  marks: FeedMarks;
  signer(): Promise<FeedSigner>;
  onError(error: unknown): void;
};

export const HEARTBEAT_MS = 500;
/** Facts of one batch as they come: about so many bytes, unless one alone is larger. */
const BATCH_BYTES = 96 * 1_024;
/** Facts of one batch for somebody who is behind. */
const PIECE_BYTES = 512 * 1_024;
const RECENT_BYTES = 4 * 1_024 * 1_024;
/** Entries that are read at once for somebody who is far behind. */
const PAGE = 1_500;
/** Without a subscriber for so long nothing is made ready for the next one. */
const IDLE_MS = 60_000;
/** Pieces kept for others who are at the same place: they are some hundred kilobytes each. */
const MAX_PIECES = 32;

/**
 * Turns what comes to the book of orders into signed batches and hands each of them, signed once, to all subscribers: at once when the book moves,
 * and a heartbeat where it rests. Who is behind asks for the pieces that are missing.
 */
export class FeedPublisher {
  readonly #options: PublisherOptions;
  readonly #recent: RecentFacts;
  readonly #subscribers = new Set<Subscriber>();
  readonly #pieces = new Map<number, Promise<SignedBatch>>();
  #piecesSigner: FeedSigner | null = null;
  readonly #stopFollowing: () => void;
  readonly #timer: NodeJS.Timeout;
  #queue: FeedEntry[] = [];
  #neededAt = Number.NEGATIVE_INFINITY;
  #isPumping = false;
  #disabled = "";
  #batches = 0;

  constructor(options: PublisherOptions) {
    this.#options = options;
    this.#recent = new RecentFacts({ position: this.#head, maxBytes: RECENT_BYTES });
    this.#disabled = this.disabledClients.join(" ");
    this.#stopFollowing = options.follower.onEntries((entries) => this.#take(entries));
    this.#timer = setInterval(() => void this.#beat(), HEARTBEAT_MS);
    this.#timer.unref();
  }

  /** The last position that was made ready. */
  get position(): number {
    return this.#recent.end;
  }

  /** Batches that were handed to subscribers, heartbeats among them. */
  get batches(): number {
    return this.#batches;
  }

  get #head(): number {
    return Number(this.#options.follower.book.position);
  }

  /** The client_ids of all disabled clients, sorted. */
  get disabledClients(): string[] {
    const { clientsByClientId } = this.#options.follower.registry;
    return [...clientsByClientId.values()]
      .filter((client) => client.isDisabled)
      .map((client) => client.clientId)
      .sort();
  }

  /** From now on hands over every batch, until the returned function is called. */
  subscribe(subscriber: Subscriber): () => void {
    this.wake();
    this.#subscribers.add(subscriber);
    return () => {
      this.#neededAt = performance.now();
      this.#subscribers.delete(subscriber);
    };
  }

  /** Says that somebody is about to need what comes. */
  wake(): void {
    if (!this.#isNeeded) this.#recent.reset(this.#head);
    this.#neededAt = performance.now();
  }

  get #isNeeded(): boolean {
    return this.#subscribers.size > 0 || performance.now() - this.#neededAt < IDLE_MS;
  }

  #take(entries: readonly FeedEntry[]): void {
    if (!this.#isNeeded) return;
    for (const entry of entries) this.#queue.push(entry);
    void this.#pump();
  }

  /** Facts become ready in the feed's order, one run at a time; what comes meanwhile goes into the next. */
  async #pump(): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    try {
      while (this.#isNeeded && this.position < this.#head) {
        const entries = await this.#nextEntries();
        if (entries.length === 0) break;
        const from = this.position;
        const facts = await this.#factsOf(entries);
        // put back to the start while it was read
        if (this.position !== from) continue;
        this.#recent.add(facts);
        this.#pieces.clear();
        for (let at = 0; at < facts.length; ) {
          const some = firstOf(facts, at, BATCH_BYTES);
          await this.#publish(from + at, some);
          at += some.length;
        }
      }
    } catch (error) {
      // the next heartbeat tries again
      this.#options.onError(error);
    } finally {
      this.#isPumping = false;
    }
  }

  async #nextEntries(): Promise<FeedEntry[]> {
    const next = BigInt(this.position) + 1n;
    const queue = this.#queue.filter((entry) => entry.position >= next);
    this.#queue = [];
    if (queue[0]?.position === next) return queue;
    return readFeedAfter(this.#options.db, BigInt(this.position), PAGE);
  }

  async #factsOf(entries: readonly FeedEntry[]): Promise<Fact[]> {
    const { db, follower } = this.#options;
    const details = await readFactDetails(db, entries, follower.registry);
    return entries.map((entry) => factOf(entry, details));
  }

  /** Milliseconds since the epoch, by the database's clock: when it last said where the feed is. */
  get #heardAt(): number {
    const { follower } = this.#options;
    return Math.floor(Date.now() - follower.clockOffsetMs - follower.stalenessMs);
  }

  async #sign(after: number, facts: readonly Fact[], isNews: boolean): Promise<SignedBatch> {
    const to = after + facts.length;
    const { batch } = await this.#options.signer();
    const mark = await this.#markOf(to, facts.at(-1));
    const jws = await batch({
      iss: this.#options.issuer,
      aud: FEED_AUDIENCE,
      iat: Math.floor(Date.now() / 1_000),
      at: this.#heardAt,
      after,
      to,
      head: Math.max(to, this.#head),
      ...(mark === null ? {} : { mark }),
      facts,
      disabled_clients: this.disabledClients,
    });
    return {
      after,
      to,
      isNews,
      jws,
      event: Buffer.from(`event: batch\nid: ${to}\ndata: ${jws}\n\n`, "latin1"),
    };
  }

  #markOf(to: number, last: Fact | undefined): Promise<string | null> | string {
    const { marks } = this.#options;
    return last !== undefined && "order" in last ? marks.note(to, last.order) : marks.of(to);
  }

  async #publish(after: number, facts: readonly Fact[], isNews = true): Promise<void> {
    const batch = await this.#sign(after, facts, isNews);
    this.#batches += 1;
    for (const subscriber of this.#subscribers) subscriber.deliver(batch);
  }

  /** The next piece after a position; a heartbeat where there is none. @throws whatever the database throws. */
  async batchAfter(position: number): Promise<SignedBatch> {
    this.wake();
    const signer = await this.#options.signer();
    if (signer !== this.#piecesSigner) {
      // a key that was replaced, or declared compromised, is sent nowhere any more
      this.#piecesSigner = signer;
      this.#pieces.clear();
    }
    let piece = this.#pieces.get(position);
    if (piece === undefined) {
      piece = this.#makePiece(position);
      if (this.#pieces.size >= MAX_PIECES) this.#pieces.delete(this.#pieces.keys().next().value as number);
      this.#pieces.set(position, piece);
      piece.catch(() => this.#pieces.delete(position));
    }
    return piece;
  }

  async #makePiece(position: number): Promise<SignedBatch> {
    const recent = this.#recent.after(position, PIECE_BYTES);
    if (recent !== null) return this.#sign(position, recent, recent.length > 0);
    const entries = await readFeedAfter(this.#options.db, BigInt(position), PAGE);
    // the memory of this process must not be behind what it hands out
    const known = entries.filter((entry) => Number(entry.position) <= this.#head);
    return this.#sign(position, firstOf(await this.#factsOf(known), 0, PIECE_BYTES), known.length > 0);
  }

  /** Tells subscribers that clients were disabled or enabled, where they were. */
  async refresh(): Promise<void> {
    const disabled = this.disabledClients.join(" ");
    if (disabled === this.#disabled) return;
    this.#disabled = disabled;
    this.#pieces.clear();
    if (this.#subscribers.size > 0 && this.position === this.#head) await this.#publish(this.position, []);
  }

  /** Never while this authority itself does not know what is so. */
  async #beat(): Promise<void> {
    this.#pieces.clear();
    if (this.#subscribers.size === 0) return;
    try {
      if (this.position < this.#head) await this.#pump();
      else if (!this.#options.follower.isStale) await this.#publish(this.position, [], false);
    } catch (error) {
      this.#options.onError(error);
    }
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stopFollowing();
  }
}
