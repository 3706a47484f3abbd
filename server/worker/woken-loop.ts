import pg from "pg";

const RECONNECT_MS = 2_000;

export type WokenLoopOptions = {
  /** Of the database that notifies. */
  url: string;
  /** None: it looks by itself alone. */
  channels: readonly string[];
  /** How long something can wait where its notification was lost. */
  pollMs: number;
  /** One step; true where there may be another at once. What it throws is given to `onError`, and the step is tried again. */
  work: () => Promise<boolean>;
  onError(error: unknown): void;
};

/** Work that is done as it comes: woken by NOTIFY, and looking by itself all the same. */
export class WokenLoop {
  readonly #options: WokenLoopOptions;
  #isStopping = false;
  #isHinted = false;
  #wake: () => void = () => {};
  #listener: pg.Client | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(options: WokenLoopOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#listen();
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.hint();
    await this.#running;
    await this.#listener?.end().catch(() => {});
  }

  /** There may be something to do. */
  hint(): void {
    this.#isHinted = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      let hasWorked = false;
      try {
        hasWorked = await this.#options.work();
      } catch (error) {
        this.#options.onError(error);
        this.#isHinted = false;
      }
      if (!hasWorked) await this.#pause();
    }
  }

  #pause(): Promise<void> {
    if (this.#isHinted) {
      this.#isHinted = false;
      return Promise.resolve();
    }
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = () => {};
        this.#isHinted = false;
        resolve();
      };
      const timer = setTimeout(done, this.#options.pollMs);
      this.#wake = done;
    });
  }

  async #listen(): Promise<void> {
    if (this.#isStopping || this.#options.channels.length === 0) return;
    const client = new pg.Client({
      connectionString: this.#options.url,
      application_name: "tokenwarden-worker-listen",
      connectionTimeoutMillis: 5_000,
      keepAlive: true,
    });
    const again = () => {
      if (this.#listener !== client) return;
      this.#listener = null;
      void client.end().catch(() => {});
      if (!this.#isStopping) setTimeout(() => void this.#listen(), RECONNECT_MS).unref();
    };
    this.#listener = client;
    client.on("error", again);
    client.on("end", again);
    client.on("notification", () => this.hint());
    try {
      await client.connect();
      for (const channel of this.#options.channels)
        await client.query(`LISTEN ${client.escapeIdentifier(channel)}`);
    } catch {
      again();
    }
  }
}
