import type { Sql } from "../db/sql.ts";

/** In an order that all authorities share, so that none waits for another's rows and is waited for by it. */
const WRITE = `
  INSERT INTO verifier_key (verifier_id, kid, first_at)
  SELECT f.verifier_id, f.kid, f.at FROM unnest($1::uuid[], $2::text[], $3::timestamptz[]) AS f(verifier_id, kid, at)
  JOIN verifier v ON v.id = f.verifier_id JOIN signing_key k ON k.kid = f.kid ORDER BY f.verifier_id, f.kid
  ON CONFLICT DO NOTHING`;

const FLUSH_MS = 1_000;
/** Pairs remembered as written; one that was forgotten is written once more, which changes nothing. */
const MAX_KNOWN = 50_000;

type Fetch = { verifierId: string; kid: string; at: Date };

/** Which verifiers have which keys, where they say who they are: one row for each of them, whoever asks how often. Written within a second; what could not be is tried again. */
export class KeyFetchRecorder {
  readonly #db: Sql;
  readonly #onError: (error: unknown) => void;
  readonly #known = new Set<string>();
  #waiting = new Map<string, Fetch>();
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> | null = null;

  constructor(db: Sql, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
  }

  /** The verifier was given these keys, or says that it holds them. */
  has(verifierId: string, kids: readonly string[], at: Date): void {
    for (const kid of kids) {
      const pair = `${verifierId} ${kid}`;
      if (!this.#known.has(pair) && !this.#waiting.has(pair) && this.#waiting.size < MAX_KNOWN)
        this.#waiting.set(pair, { verifierId, kid, at });
    }
    if (this.#waiting.size > 0) this.#plan();
  }

  #plan(): void {
    if (this.#timer !== null) return;
    this.#timer = setTimeout(() => void this.flush(), FLUSH_MS);
    this.#timer.unref();
  }

  /** Writes what waits. One run at a time. */
  async flush(): Promise<void> {
    while (this.#flushing !== null) await this.#flushing;
    this.#flushing = this.#write().finally(() => {
      this.#flushing = null;
    });
    await this.#flushing;
  }

  async #write(): Promise<void> {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const waiting = this.#waiting;
    if (waiting.size === 0) return;
    this.#waiting = new Map();
    const fetches = [...waiting.values()];
    try {
      await this.#db.query(WRITE, [
        fetches.map(({ verifierId }) => verifierId),
        fetches.map(({ kid }) => kid),
        fetches.map(({ at }) => at),
      ]);
      for (const pair of waiting.keys()) this.#remember(pair);
    } catch (error) {
      this.#onError(error);
      this.#waiting = new Map([...waiting, ...this.#waiting]);
      this.#plan();
    }
  }

  #remember(pair: string): void {
    if (this.#known.size >= MAX_KNOWN) this.#known.delete(this.#known.values().next().value as string);
    this.#known.add(pair);
  }

  /** Writes the last of it. */
  async stop(): Promise<void> {
    await this.flush();
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
  }
}
