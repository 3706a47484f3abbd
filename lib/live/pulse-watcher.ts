import type { Sql } from "../db/sql.ts";
import type { Pulse } from "./model.ts";
import { readPulse } from "./read-pulse.ts";

/** A new token is to be seen within a second: this, the wait for the last drawing and the drawing itself must fit into it. */
const PULSE_EVERY_MS = 150;

export type PulseListener = (pulse: Pulse) => void;

/** A short text that differs where the pulse does. */
export function fingerprintOf(pulse: Pulse): string {
  return Object.values(pulse).join(" ");
}

/** Watches for news on behalf of any number of listeners with one statement each time; asks nobody while nobody listens. */
export class PulseWatcher {
  readonly #db: Sql;
  readonly #everyMs: number;
  readonly #listeners = new Set<PulseListener>();
  #last: Pulse | null = null;
  #timer: NodeJS.Timeout | null = null;

  constructor(db: Sql, everyMs: number = PULSE_EVERY_MS) {
    this.#db = db;
    this.#everyMs = everyMs;
  }

  get listeners(): number {
    return this.#listeners.size;
  }

  /** Tells `listener` of every pulse that differs from the one before it, and from `known` at first. Returns how to stop. */
  subscribe(listener: PulseListener, known: string | null): () => void {
    let seen = known;
    const tell: PulseListener = (pulse) => {
      const fingerprint = fingerprintOf(pulse);
      const isNews = seen !== null && seen !== fingerprint;
      seen = fingerprint;
      if (isNews) listener(pulse);
    };
    this.#listeners.add(tell);
    if (this.#timer === null) this.#schedule(0);
    else if (this.#last !== null) tell(this.#last);
    return () => {
      this.#listeners.delete(tell);
      if (this.#listeners.size > 0 || this.#timer === null) return;
      clearTimeout(this.#timer);
      this.#timer = null;
      this.#last = null;
    };
  }

  #schedule(ms: number): void {
    this.#timer = setTimeout(() => void this.#beat(), ms);
    this.#timer.unref();
  }

  async #beat(): Promise<void> {
    const timer = this.#timer;
    try {
      const pulse = await readPulse(this.#db);
      this.#last = pulse;
      for (const tell of [...this.#listeners]) tell(pulse);
    } catch {
      // the database is away: listeners hear of it by their own requests, and of all that happened once it is back
    }
    if (this.#listeners.size > 0 && this.#timer === timer) this.#schedule(this.#everyMs);
  }
}
