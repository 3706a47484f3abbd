import type { ServerResponse } from "node:http";
import { TokenBuckets } from "#lib/bounds/token-buckets.ts";
import type { SqlDatabase } from "#lib/db/sql-database.ts";
import { FeedMarks } from "#lib/feed/feed-marks.ts";
import type { FeedSigner } from "#lib/feed/feed-signer.ts";
import { openFeedSigner } from "#lib/feed/feed-signer.ts";
import { InstanceRecorder, type Sighting } from "#lib/feed/instance-recorder.ts";
import type { KeyWrapper } from "#lib/keys/key-wrapper.ts";
import type { RegistryVerifier } from "#lib/registry/snapshot.ts";
import type { FeedFollower } from "#lib/verification/feed-follower.ts";
import { notReady } from "../answers.ts";
import { Throttled } from "../bounds/throttled.ts";
import type { Turnstile } from "../bounds/turnstile.ts";
import { findVerifier } from "../callers.ts";
import type { Listener } from "./listener.ts";
import { LongPolls, type PollAnswer } from "./long-polls.ts";
import { PlaceCounter } from "./place-counter.ts";
import { FeedPublisher, HEARTBEAT_MS, type SignedBatch } from "./publisher.ts";
import { signStatement, statementKey } from "./statement.ts";
import { FeedStream } from "./stream.ts";
import { UnreadBytes } from "./unread-bytes.ts";

export type FeedOptions = {
  db: SqlDatabase;
  follower: FeedFollower;
  issuer: string;
  wrapper: KeyWrapper;
  turnstile: Turnstile;
  /** Milliseconds that what was written to a stream may lie unread. */
  unreadMs?: number | undefined;
  /** Bytes that may lie unread for all streams together. */
  unreadBytes?: number | undefined;
  /** Told of every verifier that listens, every few seconds. */
  onSight(verifier: RegistryVerifier, at: Date): void;
  onError(error: unknown): void;
};

/** A piece of the feed beside a verification. */
const PIECE_COST = 4;
const SNAPSHOT_COST = 8;
const UNREAD_MS = 30_000;
/** A hundred pieces at as many places of the feed. */
const UNREAD_BYTES = 64 * 1_024 * 1_024;
const SEEN_EVERY_BEATS = 10;
const STREAMS = { each: 1_000, all: 5_000 };
const SNAPSHOTS = { each: 16, all: 64 };
/** Instances of one verifier that may come anew: a fleet at once, and then as many as are replaced. */
const NEW_INSTANCES = { perSecond: 1, burst: 1_000 };

type OpenStream = {
  stream: FeedStream;
  listener: Listener;
  statement: string;
  since: Date;
};

/** What verifiers hear of revocations from this process: streams and polls, and what they say of themselves. */
export class Feed {
  readonly publisher: FeedPublisher;
  readonly marks: FeedMarks;
  readonly instances: InstanceRecorder;
  readonly snapshots = new PlaceCounter(SNAPSHOTS, "snapshots");
  readonly #options: FeedOptions;
  readonly #places = new PlaceCounter(STREAMS, "streams");
  readonly #newInstances = new TokenBuckets(NEW_INSTANCES);
  readonly #streams = new Set<OpenStream>();
  readonly #polls: LongPolls;
  readonly #timer: NodeJS.Timeout;
  #signer: { keySetVersion: string; opened: Promise<FeedSigner> } | null = null;
  #beats = 0;
  readonly #unread: UnreadBytes;
  #cutOff = 0;
  #isEnding = false;

  constructor(options: FeedOptions) {
    this.#options = options;
    this.#unread = new UnreadBytes(options.unreadBytes ?? UNREAD_BYTES);
    this.marks = new FeedMarks(options.db);
    this.publisher = new FeedPublisher({
      db: options.db,
      follower: options.follower,
      issuer: options.issuer,
      marks: this.marks,
      signer: () => this.signer(),
      onError: options.onError,
    });
    this.#polls = new LongPolls({
      publisher: this.publisher,
      follower: options.follower,
      read: (verifierId, position) => this.pieceAfter(verifierId, position),
      statementOf: (verifier) => this.statementOf(verifier),
    });
    this.instances = new InstanceRecorder(options.db, options.onError);
    this.#timer = setInterval(() => this.#beat(), HEARTBEAT_MS);
    this.#timer.unref();
  }

  /** Streams, and polls that wait. */
  get subscribers(): number {
    return this.#streams.size + this.#polls.waiting;
  }

  /** Streams that were cut off unread. */
  get cutOff(): number {
    return this.#cutOff + this.#unread.dropped;
  }

  /** The signer of the present key set. */
  signer(): Promise<FeedSigner> {
    const { keys, keySetVersion } = this.#options.follower.registry;
    if (this.#signer?.keySetVersion !== keySetVersion) {
      const opened = openFeedSigner(keys, this.#options.wrapper);
      const mine = { keySetVersion, opened };
      this.#signer = mine;
      opened.catch(() => {
        if (this.#signer === mine) this.#signer = null;
      });
    }
    return this.#signer.opened;
  }

  /** The next piece of the feed for a verifier, when it is its turn. */
  pieceAfter(verifierId: string, position: number): Promise<SignedBatch> {
    return this.#options.turnstile.pass(verifierId, PIECE_COST, () => this.publisher.batchAfter(position));
  }

  /** One statement of a snapshot for a verifier, when it is its turn. */
  snapshotTurn<T>(verifierId: string, work: () => Promise<T>): Promise<T> {
    return this.#options.turnstile.pass(verifierId, SNAPSHOT_COST, work);
  }

  async statementOf(verifier: RegistryVerifier): Promise<string> {
    return signStatement(await this.signer(), this.#options.issuer, verifier);
  }

  /**
   * Notes what was heard of an instance.
   *
   * @throws {Throttled} where a verifier has too many new ones.
   */
  saw(sighting: Sighting): void {
    this.#requireRoom(sighting.verifierId, sighting.instanceId);
    this.instances.saw(sighting);
  }

  #requireRoom(verifierId: string, instanceId: string | null): void {
    if (instanceId === null || this.instances.knows(verifierId, instanceId)) return;
    if (!this.#newInstances.take(verifierId))
      throw new Throttled(
        "instances",
        "Too many new instances of this verifier. Keep an instance's id while it runs.",
      );
  }

  /**
   * Streams the feed from a position on until the subscriber goes, this process stops, or the verifier's secret is no longer good.
   *
   * @throws {Throttled} where too many listen already.
   */
  async stream(response: ServerResponse, listener: Listener, position: number): Promise<void> {
    if (this.#isEnding) throw notReady();
    const leave = this.#places.enter(listener.verifier.id);
    try {
      const since = new Date();
      this.#requireRoom(listener.verifier.id, listener.instanceId);
      this.#sawStream(listener, since, false);
      const statement = await this.statementOf(listener.verifier);
      if (response.destroyed || this.#isEnding) throw notReady();
      const stream = new FeedStream({
        response,
        publisher: this.publisher,
        position,
        read: (from) => this.pieceAfter(listener.verifier.id, from),
        unreadMs: this.#options.unreadMs ?? UNREAD_MS,
        unread: this.#unread,
      });
      const open = { stream, listener, statement: statementKey(listener.verifier), since };
      this.#streams.add(open);
      response.once("close", () => {
        this.#streams.delete(open);
        leave();
        this.#noteEnd(open);
      });
      stream.begin(statement);
    } catch (error) {
      leave();
      throw error;
    }
  }

  #noteEnd({ listener, since }: OpenStream): void {
    const isAnother = [...this.#streams].some(
      (other) =>
        other.listener.instanceId === listener.instanceId &&
        other.listener.verifier.id === listener.verifier.id,
    );
    if (!isAnother) this.#sawStream(listener, since, true);
  }

  #sawStream({ verifier, instanceId }: Listener, since: Date, isOver: boolean): void {
    if (instanceId === null) return;
    this.instances.saw({
      verifierId: verifier.id,
      instanceId,
      way: "feed",
      at: new Date(),
      stream: { since, isOver },
    });
  }

  /** See `LongPolls.answer`. */
  async poll(
    listener: Listener,
    position: number,
    waitMs: number,
    signal: AbortSignal,
  ): Promise<PollAnswer | null> {
    const leave = this.#places.enter(listener.verifier.id);
    try {
      return await this.#polls.answer(listener, position, waitMs, signal);
    } finally {
      leave();
    }
  }

  /** Ends what a secret was shown for that is no longer good, and tells the others what has changed for them. */
  refresh(): void {
    this.publisher.refresh().catch(this.#options.onError);
    for (const open of this.#streams) {
      const current = findVerifier(this.#options.follower.registry, open.listener.digest, Date.now());
      if (current === null) open.stream.end();
      else this.#tellChange(open, current);
    }
    this.#polls.refresh();
  }

  #tellChange(open: OpenStream, current: RegistryVerifier): void {
    const statement = statementKey(current);
    if (statement === open.statement) return;
    open.statement = statement;
    open.listener = { ...open.listener, verifier: current };
    this.statementOf(current)
      .then((signed) => open.stream.tell(signed))
      // it is told by its next stream at the latest
      .catch(() => open.stream.end());
  }

  #beat(): void {
    this.#beats += 1;
    const at = new Date();
    for (const { stream, listener, since } of this.#streams) {
      if (stream.cutOffUnread()) this.#cutOff += 1;
      // a secret may also end by the clock
      else if (findVerifier(this.#options.follower.registry, listener.digest, at.getTime()) === null)
        stream.end();
      else if (this.#beats % SEEN_EVERY_BEATS === 0) {
        this.#options.onSight(listener.verifier, at);
        this.#sawStream(listener, since, false);
      }
    }
  }

  /** Ends every stream and wakes who waits: from now on nobody is taken in. */
  end(): void {
    this.#isEnding = true;
    for (const { stream } of this.#streams) stream.end();
    this.#polls.end();
  }

  async stop(): Promise<void> {
    this.end();
    clearInterval(this.#timer);
    this.publisher.stop();
    await this.instances.stop();
  }
}
