import type { CountedRefusal } from "../audit/use-words.ts";
import type { Sql } from "../db/sql.ts";

const WRITE = `
  INSERT INTO refused_count AS c (minute, verifier_id, ip, refusal, count)
  SELECT d.minute, d.verifier_id, d.ip, d.refusal, d.count
  FROM json_to_recordset($1::json) AS d(minute timestamptz, verifier_id text, ip text, refusal text, count bigint)
  ORDER BY 1, 2, 3, 4
  ON CONFLICT (minute, verifier_id, ip, refusal) DO UPDATE SET count = c.count + excluded.count`;

/** Addresses counted one by one in a minute; what comes after is counted together, so that garbage fills neither memory nor disk. */
const MAX_KEYS = 2_000;

/** Counts tokens that could not be parsed or that nobody registered, by asker, address and minute; written every second. */
export class RefusalCounter {
  readonly #db: Sql;
  readonly #onError: (error: unknown) => void;
  #counts = new Map<string, number>();
  readonly #timer: NodeJS.Timeout;
  #writing: Promise<void> = Promise.resolve();

  constructor(db: Sql, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
    this.#timer = setInterval(() => void this.flush(), 1_000);
    this.#timer.unref();
  }

  count(askerId: string, ip: string | null, refusal: CountedRefusal, at: Date): void {
    const minute = Math.floor(at.getTime() / 60_000);
    const key = `${minute}\n${askerId}\n${ip ?? "unknown"}\n${refusal}`;
    const known = this.#counts.get(key);
    if (known !== undefined || this.#counts.size < MAX_KEYS) this.#counts.set(key, (known ?? 0) + 1);
    else {
      const rest = `${minute}\n${askerId}\nothers\n${refusal}`;
      this.#counts.set(rest, (this.#counts.get(rest) ?? 0) + 1);
    }
  }

  /** Writes what has gathered, when what was gathered before is written. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#write());
    return this.#writing;
  }

  async #write(): Promise<void> {
    if (this.#counts.size === 0) return;
    const counts = this.#counts;
    this.#counts = new Map();
    const rows = [...counts].map(([key, count]) => {
      const [minute, verifierId, ip, refusal] = key.split("\n");
      return { minute: new Date(Number(minute) * 60_000), verifier_id: verifierId, ip, refusal, count };
    });
    try {
      await this.#db.query(WRITE, [JSON.stringify(rows)]);
    } catch (error) {
      this.#onError(error);
      for (const [key, count] of counts) this.#counts.set(key, (this.#counts.get(key) ?? 0) + count);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}
