import { type Authority, UnexpectedAnswer } from "./authority.ts";
import { eventsOf } from "./event-stream.ts";
import { errorOf, type Tell } from "./events.ts";
import type { Fact } from "./facts.ts";
import type { FeedIntake } from "./feed-intake.ts";
import { ForgedMessage, type MessageReader, type Statement } from "./feed-messages.ts";
import { backoffMs, pause } from "./pause.ts";
import { readSnapshot } from "./read-snapshot.ts";

/** What the authority sends by itself when nothing happens, until its statement says it. */
const HEARTBEAT_MS = 500;
/** Without a stream for so long, a stream is tried again. */
const POLL_PERIOD_MS = 60_000;
/** Streams that opened and brought nothing, one after the other, before polls take their place: something between us holds them back. */
const SILENT_STREAMS = 2;
/** Ids that came without an expiry, at which a new snapshot is worth its transfer. */
const UNFORGETTABLE_MAX = 500_000;
const SWEEP_MS = 60_000;

export type FeedFollowerOptions = {
  authority: Authority;
  messages: MessageReader;
  intake: FeedIntake;
  instance: string;
  tell: Tell;
  closing: AbortSignal;
  /** The bound on the age of the last word, in milliseconds, as it is now. */
  maxStalenessMs(): number;
  onStatement(statement: Statement): void;
  /** Facts were applied, or a snapshot was loaded: then none are told. */
  onApplied(facts: readonly Fact[]): void;
  /** How often what is over is forgotten, in milliseconds; a minute where nothing is said. */
  sweepMs?: number;
};

/** The connection has to be made anew, from our position; nothing is wrong with the authority. */
class Resume extends Error {
  override readonly name = "Resume";
}

/**
 * Follows the feed for ever: a snapshot, then a stream from its position, polls where streams do not come through. Whatever goes wrong, it
 * begins again from where it is, and recovers by itself.
 */
export class FeedFollower {
  readonly #options: FeedFollowerOptions;
  #way: "feed" | "poll" = "feed";
  #pollUntil = 0;
  #silentStreams = 0;
  #heartbeatMs = HEARTBEAT_MS;
  #statementAt = Number.NEGATIVE_INFINITY;
  #verifierId: string | null = null;
  #needsSnapshot = true;
  #forged = 0;
  #madeProgress = false;
  #sweptAt = 0;
  #lastError: Error | null = null;

  constructor(options: FeedFollowerOptions) {
    this.#options = options;
  }

  get way(): "feed" | "poll" {
    return this.#way;
  }

  /** Messages dropped because the feed's key did not sign them. */
  get forged(): number {
    return this.#forged;
  }

  /** What kept it from following, null while it follows. */
  get lastError(): Error | null {
    return this.#lastError;
  }

  async run(): Promise<void> {
    const { closing, tell, maxStalenessMs } = this.#options;
    for (let attempt = 0; !closing.aborted; attempt += 1) {
      this.#madeProgress = false;
      try {
        if (this.#needsSnapshot) await this.#loadSnapshot();
        this.#way = performance.now() < this.#pollUntil ? "poll" : "feed";
        await (this.#way === "feed" ? this.#stream() : this.#poll());
      } catch (thrown) {
        if (closing.aborted) return;
        this.#note(thrown);
        if (this.#madeProgress) attempt = 0;
        const retryInMs = backoffMs(attempt, Math.min(10_000, Math.max(500, maxStalenessMs() / 4)));
        this.#lastError = errorOf(thrown);
        tell({ type: "disconnected", error: this.#lastError, retryInMs: Math.round(retryInMs) });
        await pause(retryInMs, closing);
      }
    }
  }

  #note(thrown: unknown): void {
    const { intake, tell } = this.#options;
    if (thrown instanceof ForgedMessage) {
      this.#forged += 1;
      tell({ type: "forged", error: thrown });
    }
    if (!(thrown instanceof UnexpectedAnswer)) return;
    if (thrown.status === 410) this.#needsSnapshot = true;
    // what answers here may only be behind; a snapshot that is as far as we are proves it
    if (thrown.status === 409) this.#goneBack();
    // a proxy that knows no streams
    if (thrown.status === 406) this.#pollUntil = performance.now() + POLL_PERIOD_MS;
    if (intake.book === null) this.#needsSnapshot = true;
  }

  #goneBack(): void {
    const { intake, tell } = this.#options;
    intake.markBack();
    this.#needsSnapshot = true;
    tell({ type: "went_back", position: intake.position });
  }

  async #loadSnapshot(): Promise<void> {
    const { authority, messages, instance, intake, tell, onApplied } = this.#options;
    const snapshot = await readSnapshot(authority, messages, instance);
    const { book, position } = snapshot;
    if (!intake.load(snapshot)) {
      tell({ type: "went_back", position: intake.position });
      throw new Error("the snapshot is behind what is known");
    }
    this.#needsSnapshot = false;
    this.#madeProgress = true;
    tell({ type: "snapshot_loaded", position, facts: book.size });
    onApplied([]);
  }

  async #feedUrl(): Promise<URL> {
    const { authority, intake, instance } = this.#options;
    const url = await authority.endpoint("feed");
    url.searchParams.set("after", String(intake.position));
    if (intake.mark !== null) url.searchParams.set("mark", intake.mark);
    url.searchParams.set("instance", instance);
    return url;
  }

  async #stream(): Promise<void> {
    const { authority, tell, intake, maxStalenessMs } = this.#options;
    const url = await this.#feedUrl();
    const headers = { accept: "text/event-stream", "cache-control": "no-store" };
    await authority.ask(url, { headers }, async (response, controller) => {
      if (response.status !== 200) throw new UnexpectedAnswer(url.pathname, response.status);
      if (!response.headers.get("content-type")?.startsWith("text/event-stream")) {
        this.#pollUntil = performance.now() + POLL_PERIOD_MS;
        throw new Resume("what answers knows no streams");
      }
      tell({ type: "connected", way: "feed", position: intake.position });
      let hasSpoken = false;
      let timer: NodeJS.Timeout | undefined;
      const watch = () => {
        clearTimeout(timer);
        const patience = Math.min(Math.max(this.#heartbeatMs * 6, 3_000), maxStalenessMs());
        timer = setTimeout(() => controller.abort(new Resume("the stream is silent")), patience);
      };
      watch();
      try {
        for await (const { event, data } of eventsOf(response.body as unknown as AsyncIterable<Uint8Array>)) {
          await this.#take(event, data);
          if (event === "batch") {
            hasSpoken = true;
            this.#silentStreams = 0;
            watch();
          }
        }
        throw new Resume("the stream ended");
      } finally {
        clearTimeout(timer);
        if (!hasSpoken && !controller.signal.aborted) this.#silentStreams = 0;
        else if (!hasSpoken) this.#countSilent();
      }
    });
  }

  #countSilent(): void {
    this.#silentStreams += 1;
    if (this.#silentStreams < SILENT_STREAMS) return;
    this.#silentStreams = 0;
    this.#pollUntil = performance.now() + POLL_PERIOD_MS;
  }

  async #poll(): Promise<void> {
    const { authority, tell, intake, maxStalenessMs } = this.#options;
    // a poll makes us fresh when it is answered: several within the bound
    const wait = Math.min(20, Math.floor(maxStalenessMs() / 4_000));
    tell({ type: "connected", way: "poll", position: intake.position });
    while (performance.now() < this.#pollUntil) {
      const url = await this.#feedUrl();
      url.searchParams.set("wait", String(wait));
      const timeoutMs = wait * 1_000 + 10_000;
      const answer = await authority.askJson(url, { timeoutMs, totalMs: timeoutMs * 2 });
      if (typeof answer.verifier === "string") await this.#take("verifier", answer.verifier);
      const batches = Array.isArray(answer.batches) ? answer.batches : [];
      for (const batch of batches) await this.#take("batch", String(batch));
      if (this.#needsSnapshot) return;
      // an authority that cannot wait must not be asked without end
      if (wait === 0) await pause(250, this.#options.closing);
    }
  }

  async #take(event: string, data: string): Promise<void> {
    const { messages, intake, tell, onApplied, onStatement } = this.#options;
    if (event === "verifier") {
      const statement = await messages.statement(data);
      // a secret is one verifier's: what is another's was sent to it, and is played to us
      this.#verifierId ??= statement.id;
      if (statement.id !== this.#verifierId) throw new ForgedMessage("it is another verifier's statement");
      // an older one that is sent again must not widen what a newer one narrowed
      if (statement.issuedAt < this.#statementAt) return;
      this.#statementAt = statement.issuedAt;
      this.#heartbeatMs = statement.heartbeatMs;
      onStatement(statement);
      return;
    }
    if (event !== "batch") return;
    const batch = await messages.batch(data);
    const outcome = intake.take(batch);
    switch (outcome) {
      case "gap":
        tell({ type: "gap", position: intake.position, after: batch.after });
        throw new Resume("facts are missing");
      case "went_back":
        this.#goneBack();
        throw new Resume("the authority knows less than was known, or something else");
      case "replayed":
        tell({ type: "replayed", position: intake.position, to: batch.to });
        return;
      case "applied":
      case "heartbeat":
        this.#madeProgress = true;
        this.#lastError = null;
        if (outcome === "applied") {
          tell({ type: "facts_applied", position: intake.position, facts: batch.facts.length });
          onApplied(batch.facts);
        }
        this.#tidy();
        return;
      default:
        outcome satisfies never;
    }
  }

  #tidy(): void {
    const now = performance.now();
    const { book, newestAt } = this.#options.intake;
    if (book === null || now - this.#sweptAt < (this.#options.sweepMs ?? SWEEP_MS)) return;
    this.#sweptAt = now;
    // our own clock may be ahead and be set right again: what it took for expired would then be accepted
    book.sweep(Math.min(Date.now(), newestAt));
    if (book.unforgettable < UNFORGETTABLE_MAX * this.#snapshotWorth) return;
    // once more only when as many have come again: they may all still be needed
    this.#snapshotWorth *= 2;
    this.#needsSnapshot = true;
    throw new Resume("a new snapshot lets go of what is over");
  }

  #snapshotWorth = 1;
}
