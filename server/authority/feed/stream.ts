import type { ServerResponse } from "node:http";
import type { FeedPublisher, SignedBatch, Subscriber } from "./publisher.ts";
import type { UnreadBytes, Unreading } from "./unread-bytes.ts";

export type StreamOptions = {
  response: ServerResponse;
  publisher: FeedPublisher;
  /** What the subscriber has. */
  position: number;
  /** Reads a piece for it, when it is its turn. */
  read(position: number): Promise<SignedBatch>;
  /** Milliseconds that what was written may lie unread. */
  unreadMs: number;
  /** What lies unread for all streams. */
  unread: UnreadBytes;
};

const HEAD = {
  "content-type": "text/event-stream; charset=utf-8",
  "cache-control": "no-store",
  // nginx passes on what comes instead of collecting it
  "x-accel-buffering": "no",
};

/** An event of a stream. @see WHATWG HTML section 9.2 */
function eventOf(name: string, value: string): Buffer {
  return Buffer.from(`event: ${name}\ndata: ${value}\n\n`, "latin1");
}

/**
 * One subscriber's stream of server-sent events. What is written waits for its reader in one piece and no more: while it lies unread nothing is
 * added, and when it was read the stream goes on from where it is. Who reads nothing is cut off.
 */
export class FeedStream implements Subscriber, Unreading {
  readonly #options: StreamOptions;
  readonly #unsubscribe: () => void;
  #position: number;
  #isCatchingUp = false;
  #unreadSince: number | null = null;

  constructor(options: StreamOptions) {
    this.#options = options;
    this.#position = options.position;
    const { response, publisher } = options;
    response.writeHead(200, HEAD);
    response.on("drain", () => {
      this.#unreadSince = null;
      options.unread.release(this);
      void this.#catchUp();
    });
    this.#unsubscribe = publisher.subscribe(this);
    response.once("close", () => {
      this.#unsubscribe();
      options.unread.release(this);
    });
  }

  /** Sends the first of all events, and what is missing. */
  begin(statement: string): void {
    // whoever comes back waits a second: an authority that stops is not there at once again
    this.#write(Buffer.concat([Buffer.from("retry: 1000\n\n", "latin1"), eventOf("verifier", statement)]));
    void this.#catchUp();
  }

  tell(statement: string): void {
    this.#write(eventOf("verifier", statement));
  }

  deliver(batch: SignedBatch): void {
    if (this.#isCatchingUp || this.#isUnread) return;
    if (batch.after === this.#position) {
      this.#position = batch.to;
      this.#write(batch.event);
    } else if (batch.to > this.#position) void this.#catchUp();
  }

  /** Cuts it off where nothing was read for too long. @returns whether it did. */
  cutOffUnread(): boolean {
    if (this.#unreadSince === null || performance.now() - this.#unreadSince < this.#options.unreadMs)
      return false;
    this.drop();
    return true;
  }

  /** Its reader comes back from where it is. */
  drop(): void {
    this.#options.response.destroy();
  }

  end(): void {
    this.#unsubscribe();
    // what lies unread is not waited for
    if (this.#isUnread) this.#options.response.destroy();
    else this.#options.response.end();
  }

  get #isUnread(): boolean {
    return this.#options.response.writableNeedDrain;
  }

  get #isOver(): boolean {
    const { response } = this.#options;
    return response.destroyed || response.writableEnded;
  }

  async #catchUp(): Promise<void> {
    if (this.#isCatchingUp) return;
    const { publisher, read, response } = this.#options;
    this.#isCatchingUp = true;
    try {
      while (!this.#isOver && !this.#isUnread && this.#position < publisher.position) {
        const batch = await read(this.#position);
        if (this.#isOver || batch.after !== this.#position) continue;
        this.#position = batch.to;
        this.#write(batch.event);
      }
    } catch {
      // it comes back, and is told then what is wrong
      response.destroy();
    } finally {
      this.#isCatchingUp = false;
    }
  }

  #write(event: Buffer): void {
    if (this.#isOver) return;
    if (this.#options.response.write(event)) return;
    this.#unreadSince ??= performance.now();
    this.#options.unread.hold(this, event);
  }
}
