import { readClock } from "../clocks/read-clock.ts";
import { changeLeased, FAILED, heldFor, LET_GO } from "../db/leases.ts";
import type { SqlValue } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { DomainError } from "../errors.ts";
import { LEASE_SECONDS } from "./lease-event-streams.ts";
import { type Batch, halfOf, nextBatch, type Position } from "./next-batch.ts";
import { openSink, type Sink } from "./open-sink.ts";
import { pauseGoneStream } from "./pause-event-stream.ts";
import type { SinkKeeping } from "./sealed-values.ts";
import { type Failed, waitMsAfter } from "./sent.ts";
import type { EventStreamRecord } from "./stream-record.ts";

export type StreamDelivering = SinkKeeping & {
  db: SqlDatabase;
  /** The worker. */
  workerId: string;
  signal: AbortSignal;
};

/** Events of a batch; fewer where the sink says that it is too large. */
const BATCH_EVENTS = 500;
/** How often the log is looked at by a stream that is up to date. */
const LOOK_MS = 1_000;
/** How often a look may cost: a tenth of the time, at most. */
const REST_FACTOR = 9;
/** A position that nothing was sent for is written down, and the lease held, as often. */
const KEEP_MS = 2_000;

const HELD = heldFor(LEASE_SECONDS);
const POSITION = `acts_sequence = $3::bigint, uses_base = $4::text, uses_low = $5::timestamptz, uses_epoch = $6::text, uses_epoch_low = $7::timestamptz, uses_key = $8::jsonb,
  ${HELD}`;
const TAKEN = `${POSITION}, delivered = delivered + $9::int, last_delivered_at = clock_timestamp(), failures = 0, next_attempt_at = NULL`;

const valuesOf = ({ actsSequence, uses }: Position): SqlValue[] => [
  actsSequence,
  uses.base,
  uses.low,
  uses.epoch,
  uses.epochLow,
  uses.key === null ? null : JSON.stringify(uses.key),
];

/**
 * Sends what a stream has still to send, batch after batch and each until it is taken, and looks for more until it is stopped, fails, or is no longer this worker's. Where it is moves with what the sink has
 * taken, and only then: whatever ends in between is sent again. A failure is waited for and nothing is left out. One that says that it is there no more pauses its stream.
 */
export async function deliverEventStream(
  delivering: StreamDelivering,
  stream: EventStreamRecord,
): Promise<void> {
  const line = new Line(delivering, stream);
  if (!(await line.open())) return;
  while (!delivering.signal.aborted && (await line.step()))
    if (line.restMs > 0) await rest(line.restMs, delivering.signal);
  await line.letGo();
}

class Line {
  readonly #delivering: StreamDelivering;
  readonly #stream: EventStreamRecord;
  #sink: Sink | null = null;
  #position: Position;
  #failures: number;
  #limit = BATCH_EVENTS;
  #keptAt = 0;
  restMs = 0;

  constructor(delivering: StreamDelivering, stream: EventStreamRecord) {
    this.#delivering = delivering;
    this.#stream = stream;
    this.#position = { actsSequence: stream.actsSequence, uses: stream.uses };
    this.#failures = stream.failures;
  }

  /** @returns false where its key does not open, which is a failure as others are. */
  async open(): Promise<boolean> {
    try {
      this.#sink = await openSink(this.#stream, this.#delivering);
      return true;
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      return this.#fail({ outcome: "failed", why: "is not called: the master key does not open its secret" });
    }
  }

  /** One batch of each chain. @returns false where the line ends: it failed, or the stream is not this worker's any more. */
  async step(): Promise<boolean> {
    const began = performance.now();
    let isFull = false;
    let hasSent = false;
    for (const source of this.#stream.sources) {
      const batch = await nextBatch(this.#delivering.db, source, this.#position, {
        ...this.#stream,
        limit: this.#limit,
      });
      if (batch.events.length > 0) {
        if (!(await this.#send(batch))) return false;
        hasSent = true;
      } else this.#position = batch.after;
      isFull ||= batch.isFull;
    }
    const looked = performance.now() - began;
    this.restMs = isFull ? 0 : Math.max(LOOK_MS, hasSent ? 0 : looked * REST_FACTOR);
    if (performance.now() - this.#keptAt < KEEP_MS) return true;
    return this.#keep(POSITION, valuesOf(this.#position));
  }

  async letGo(): Promise<void> {
    await this.#keep(LET_GO);
  }

  async #send(batch: Batch): Promise<boolean> {
    // removed, paused, changed, or another worker's after this one was frozen: it sends nothing more
    if (this.#sink === null || !(await this.#keep(HELD))) return false;
    const sent = await this.#sink.send(
      batch.events,
      await readClock(this.#delivering.db),
      this.#delivering.signal,
    );
    switch (sent.outcome) {
      case "taken":
        this.#position = batch.after;
        this.#failures = 0;
        this.#limit = Math.min(BATCH_EVENTS, this.#limit * 2);
        return this.#keep(TAKEN, [...valuesOf(batch.after), batch.events.length]);
      case "too_large":
        if (batch.events.length === 1) return this.#fail(sent);
        this.#limit = Math.ceil(batch.events.length / 2);
        return this.#send(halfOf(batch));
      case "failed":
        return this.#fail(sent);
      case "gone":
        await pauseGoneStream(this.#delivering, this.#stream, sent.why);
        return false;
      default:
        return sent satisfies never;
    }
  }

  async #fail(sent: Failed): Promise<boolean> {
    // stopped in the middle: nobody's fault
    if (this.#delivering.signal.aborted) return false;
    this.#failures += 1;
    await this.#keep(FAILED, [this.#failures, sent.why, waitMsAfter(sent, this.#failures)]);
    return false;
  }

  /** The stream goes on being this worker's, with what is set beside; false where it is not any more. */
  async #keep(change: string, values: readonly SqlValue[] = []): Promise<boolean> {
    const { db, workerId } = this.#delivering;
    const isOurs = await changeLeased(
      db,
      { table: "event_stream", id: this.#stream.id, workerId },
      change,
      values,
    );
    this.#keptAt = performance.now();
    return isOurs;
  }
}

function rest(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      done();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
