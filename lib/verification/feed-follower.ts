import { type Listener, listen } from "../db/listen.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { loadRegistry, type RegistrySnapshot } from "../registry/snapshot.ts";
import type { Order } from "../revocations/model.ts";
import type { OrderBook } from "./order-book.ts";
import { type FeedEntry, readBook, readFeedAfter } from "./read-orders.ts";

export type FeedFollowerOptions = {
  db: SqlDatabase;
  databaseUrl: string;
  /** Milliseconds between polls. */
  pollMs?: number;
  /** Milliseconds without word from the database after which `isStale` is true. */
  staleAfterMs?: number;
  /** Orders that a book takes in before it is read anew, without those on tokens that have expired since. */
  renewAfter?: bigint;
  /** Milliseconds that this machine's clock may differ from the database's; the organisation's tolerance unless told. */
  clockToleranceMs?: number | undefined;
  onRegistry?(snapshot: RegistrySnapshot): void;
  /** Told when this machine's clock goes wrong against the database's, and when it is right again. */
  onClock?(state: { isWrong: boolean; offsetMs: number }): void;
  onError?(error: unknown): void;
};

/** Told of entries that have come to the book, in the feed's order; of none where the book went on without them being read one by one. */
export type EntriesListener = (entries: readonly FeedEntry[]) => void;

const PAGE = 5_000;
/** Clocks that differ by less are as good as one, however small the tolerance that the organisation sets. */
const CLOCK_TOLERANCE_MS = 5_000;

/** Keeps a process's orders and registry in step with the database: NOTIFY is a hint, polling is the promise. */
export class FeedFollower {
  readonly #options: Required<Pick<FeedFollowerOptions, "pollMs" | "staleAfterMs" | "renewAfter">> &
    FeedFollowerOptions;
  #book: OrderBook;
  #registry: RegistrySnapshot;
  #heardAt = performance.now();
  /** What the clock on the wall was when `performance.now()` was 0, as the database has it. */
  #clockOrigin = Date.now() - performance.now();
  /** The last order that came: what stands at its position must stay what it is. */
  #anchor: { id: string; position: bigint } | null = null;
  #isClockReportedWrong = false;
  #catchingUp: Promise<void> | null = null;
  #timer: NodeJS.Timeout | null = null;
  #listener: Listener | null = null;
  #renewing: Promise<void> | null = null;
  readonly #listeners = new Set<EntriesListener>();
  #isStopped = false;
  #isPolling = false;
  #isAskedAgain = false;

  private constructor(options: FeedFollowerOptions, registry: RegistrySnapshot, book: OrderBook) {
    this.#options = { pollMs: 250, staleAfterMs: 5_000, renewAfter: 500_000n, ...options };
    this.#registry = registry;
    this.#book = book;
  }

  /** Reads orders and registry and goes on following them. */
  static async start(options: FeedFollowerOptions): Promise<FeedFollower> {
    const registry = await loadRegistry(options.db);
    const follower = new FeedFollower(options, registry, await readBook(options.db, new Date()));
    const [last] = await options.db.query<{ id: string; position: bigint }>(
      "SELECT id::text AS id, position FROM revocation_order WHERE position <= $1::bigint ORDER BY position DESC LIMIT 1",
      [follower.#book.position],
    );
    follower.#anchor = last ?? null;
    follower.#schedule();
    follower.#listener = listen({
      url: options.databaseUrl,
      channels: ["revocations", "registry"],
      onHint: () => void follower.#tick(),
      onError: (error) => options.onError?.(error),
    });
    return follower;
  }

  get book(): OrderBook {
    return this.#book;
  }

  get registry(): RegistrySnapshot {
    return this.#registry;
  }

  /** True when the database was not heard of for too long, or the clock cannot be trusted: answer 503 rather than guess. */
  get isStale(): boolean {
    return this.stalenessMs > this.#options.staleAfterMs || this.isClockWrong;
  }

  /** True when this machine and the database differ about the time by more than the tolerance that the organisation sets. */
  get isClockWrong(): boolean {
    const organisationMs = this.#registry.organisation.clockSkewSeconds * 1_000;
    const tolerance = this.#options.clockToleranceMs ?? Math.max(CLOCK_TOLERANCE_MS, organisationMs);
    return Math.abs(this.clockOffsetMs) > tolerance;
  }

  /** Milliseconds that this machine's clock is ahead of the database's; a jump shows at once, not only with the next poll. */
  get clockOffsetMs(): number {
    return Date.now() - performance.now() - this.#clockOrigin;
  }

  /** Milliseconds since the database last said where the feed is. */
  get stalenessMs(): number {
    return performance.now() - this.#heardAt;
  }

  /** Brings the book to the feed's head, at least to `position`. Callers at the same time share one read. */
  async catchUp(position: bigint): Promise<void> {
    while (this.#book.position < position) {
      this.#catchingUp ??= this.#readOn().finally(() => {
        this.#catchingUp = null;
      });
      await this.#catchingUp;
    }
  }

  /** Takes orders that this process placed itself, where they are the next ones of the feed; else they come by reading. */
  offer(orders: readonly Order[]): void {
    const next: Order[] = [];
    let { position } = this.#book;
    for (const order of orders)
      if (order.position === position + 1n) {
        next.push(order);
        position = order.position;
      }
    this.#append(next);
  }

  /** Calls a listener at every move of the book, as soon as the book holds it. It must not throw, and is to be quick. */
  onEntries(listener: EntriesListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  #append(entries: readonly FeedEntry[]): void {
    if (entries.length === 0) return;
    for (const entry of entries) {
      this.#book.append(entry);
      if (!("selectionId" in entry)) this.#anchor = { id: entry.id, position: entry.position };
    }
    this.#tell(entries);
  }

  #tell(entries: readonly FeedEntry[]): void {
    for (const listener of this.#listeners) listener(entries);
  }

  async #readOn(): Promise<void> {
    const entries = await readFeedAfter(this.#options.db, this.#book.position, PAGE);
    if (entries.length === 0) throw new Error("the feed's head is ahead of its orders");
    // some may have been offered in the meantime
    this.#append(entries.filter((entry) => entry.position > this.#book.position));
  }

  /**
   * Puts a book without what has ended since in the place of one that has grown: memory holds what is in force, however long a process runs.
   * The old one serves until the new one has come as far.
   */
  async #renew(): Promise<void> {
    const { db } = this.#options;
    const book = await readBook(db, new Date());
    for (;;) {
      if (book.position >= this.#book.position) {
        const isAhead = book.position > this.#book.position;
        this.#book = book;
        if (isAhead) this.#tell([]);
        return;
      }
      for (const entry of await readFeedAfter(db, book.position, PAGE)) book.append(entry);
    }
  }

  /** Asks where feed and registry are, and follows. */
  async poll(): Promise<void> {
    const askedAt = performance.now();
    const askedFrom = this.#book.position;
    const anchor = this.#anchor;
    const [heads] = await this.#options.db.query<{
      position: bigint;
      version: bigint;
      clock: Date;
      anchor: string | null;
    }>(
      `SELECT (SELECT position FROM feed_head WHERE id = 1) AS position, (SELECT version FROM registry_version WHERE id = 1) AS version,
         clock_timestamp() AS clock, (SELECT id::text FROM revocation_order WHERE position = $1::bigint) AS anchor`,
      [anchor?.position ?? null],
    );
    if (heads === undefined) throw new Error("the feed of revocations has no head");
    this.#compareClocks(heads.clock.getTime(), performance.now() - askedAt);
    if (heads.position < askedFrom)
      throw new Error(
        `the feed of revocations went back from ${askedFrom} to ${heads.position}: an older database was restored`,
      );
    if (anchor !== null && heads.anchor !== anchor.id)
      throw new Error(
        `at ${anchor.position} in the feed of revocations stands another order: an older database was restored, and went on`,
      );
    await this.catchUp(heads.position);
    if (heads.version !== this.#registry.version) {
      const held = this.#registry;
      const registry = await loadRegistry(this.#options.db);
      // who asked at the same moment may have read a newer one meanwhile
      if (this.#registry === held || registry.version > this.#registry.version) {
        this.#registry = registry;
        this.#options.onRegistry?.(registry);
      }
    }
    this.#heardAt = askedAt;
    if (this.#book.grown >= this.#options.renewAfter && this.#renewing === null)
      this.#renewing = this.#renew()
        .catch((error: unknown) => this.#options.onError?.(error))
        .finally(() => {
          this.#renewing = null;
        });
  }

  /**
   * The database's clock was read some time in the last `elapsedMs`: what lies outside of them is the difference. How long that was tells a clock
   * that does not jump: one that jumped while the question was under way would hide its own jump.
   */
  #compareClocks(theirs: number, elapsedMs: number): void {
    const heardAtTime = Date.now();
    const askedAtTime = heardAtTime - Math.ceil(elapsedMs) - 1;
    const behind = Math.max(0, theirs - heardAtTime);
    const ahead = Math.max(0, askedAtTime - theirs);
    this.#clockOrigin = heardAtTime - performance.now() + behind - ahead;
    if (this.isClockWrong === this.#isClockReportedWrong) return;
    this.#isClockReportedWrong = this.isClockWrong;
    this.#options.onClock?.({ isWrong: this.isClockWrong, offsetMs: Math.round(this.clockOffsetMs) });
  }

  async #tick(): Promise<void> {
    if (this.#isStopped) return;
    if (this.#isPolling) {
      this.#isAskedAgain = true;
      return;
    }
    this.#isPolling = true;
    try {
      do {
        this.#isAskedAgain = false;
        await this.poll();
      } while (this.#isAskedAgain);
    } catch (error) {
      this.#options.onError?.(error);
    } finally {
      this.#isPolling = false;
    }
  }

  #schedule(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(async () => {
      await this.#tick();
      this.#schedule();
    }, this.#options.pollMs);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#renewing;
    await this.#listener?.stop();
  }
}
