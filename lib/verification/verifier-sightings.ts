import type { Sql } from "../db/sql.ts";

const WRITE = `
  UPDATE verifier v SET last_seen_at = greatest(v.last_seen_at, s.at)
  FROM unnest($1::uuid[], $2::timestamptz[]) AS s(id, at) WHERE v.id = s.id`;

/** When each verifier last asked; written every five seconds. */
export class VerifierSightings {
  readonly #db: Sql;
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #seenAt = new Map<string, Date>();

  constructor(db: Sql, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
    this.#timer = setInterval(() => void this.flush(), 5_000);
    this.#timer.unref();
  }

  saw(verifierId: string, at: Date): void {
    this.#seenAt.set(verifierId, at);
  }

  async flush(): Promise<void> {
    if (this.#seenAt.size === 0) return;
    const seenAt = this.#seenAt;
    this.#seenAt = new Map();
    // in the order of ids, so that two authorities never wait for each other's rows
    const rows = [...seenAt].sort(([one], [other]) => (one < other ? -1 : 1));
    try {
      await this.#db.query(WRITE, [rows.map(([id]) => id), rows.map(([, at]) => at)]);
    } catch (error) {
      this.#onError(error);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}
