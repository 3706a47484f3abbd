import pg from "pg";
import type { Logger } from "pino";
import type { Database } from "#lib/db/database.ts";
import { isUnavailable } from "#lib/db/unavailable.ts";
import { settleNext } from "#lib/revocations/settle-orders.ts";

/** How long an order can wait where its notification was lost. */
const POLL_MS = 500;
const RECONNECT_MS = 2_000;

/** Settles orders as they come: woken by NOTIFY, and looking by itself all the same. */
export class Settler {
  readonly #db: Database;
  readonly #url: string;
  readonly #log: Logger;
  readonly #isHeld: () => boolean;
  #isStopping = false;
  #isHinted = false;
  #wake: () => void = () => {};
  #listener: pg.Client | null = null;
  #running: Promise<void> = Promise.resolve();

  constructor(db: Database, url: string, log: Logger, isHeld: () => boolean = () => false) {
    this.#isHeld = isHeld;
    this.#db = db;
    this.#url = url;
    this.#log = log;
  }

  start(): void {
    void this.#listen();
    this.#running = this.#run();
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#hint();
    await this.#running;
    await this.#listener?.end().catch(() => {});
  }

  #hint(): void {
    this.#isHinted = true;
    this.#wake();
  }

  async #run(): Promise<void> {
    while (!this.#isStopping) {
      let hasWorked = false;
      try {
        hasWorked = !this.#isHeld() && (await settleNext(this.#db));
      } catch (error) {
        this.#log[isUnavailable(error) ? "warn" : "error"](
          { err: error },
          "an order could not be settled; it is tried again",
        );
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
      const timer = setTimeout(done, POLL_MS);
      const settler = this;
      function done() {
        clearTimeout(timer);
        settler.#wake = () => {};
        settler.#isHinted = false;
        resolve();
      }
      this.#wake = done;
    });
  }

  async #listen(): Promise<void> {
    if (this.#isStopping) return;
    const client = new pg.Client({
      connectionString: this.#url,
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
    client.on("notification", () => this.#hint());
    try {
      await client.connect();
      await client.query("LISTEN revocations");
    } catch {
      again();
    }
  }
}
