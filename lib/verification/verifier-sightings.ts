import type { Sql } from "../db/sql.ts";

const WRITE = `
  UPDATE verifier v SET last_seen_at = greatest(v.last_seen_at, s.at)
  FROM unnest($1::uuid[], $2::timestamptz[]) AS s(id, at) WHERE v.id = s.id`;

/** One write a minute and secret. */
const WRITE_SECRETS = `
  UPDATE verifier_secret v SET last_used_at = date_trunc('minute', s.at)
  FROM unnest($1::uuid[], $2::timestamptz[]) AS s(id, at)
  WHERE v.id = s.id AND (v.last_used_at IS NULL OR v.last_used_at < date_trunc('minute', s.at))`;

/** When each verifier last asked, and with which of its secrets; written every five seconds. */
export class VerifierSightings {
  readonly #db: Sql;
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #verifiers = new Map<string, Date>();
  #secrets = new Map<string, Date>();

  constructor(db: Sql, onError: (error: unknown) => void) {
    this.#db = db;
    this.#onError = onError;
    this.#timer = setInterval(() => void this.flush(), 5_000);
    this.#timer.unref();
  }

  /** It asked about a token. */
  saw(verifier: { id: string; secret: { id: string } }, at: Date): void {
    this.#verifiers.set(verifier.id, at);
    this.showed(verifier, at);
  }

  /** It showed its secret, for whatever it wanted. */
  showed(verifier: { secret: { id: string } }, at: Date): void {
    this.#secrets.set(verifier.secret.id, at);
  }

  async flush(): Promise<void> {
    if (this.#secrets.size === 0) return;
    const [verifiers, secrets] = [this.#verifiers, this.#secrets];
    this.#verifiers = new Map();
    this.#secrets = new Map();
    try {
      await this.#db.query(WRITE, columnsOf(verifiers));
      await this.#db.query(WRITE_SECRETS, columnsOf(secrets));
    } catch (error) {
      this.#onError(error);
    }
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }
}

/** In the order of ids, so that two authorities never wait for each other's rows. */
function columnsOf(seenAt: ReadonlyMap<string, Date>): [string[], Date[]] {
  const rows = [...seenAt].sort(([one], [other]) => (one < other ? -1 : 1));
  return [rows.map(([id]) => id), rows.map(([, at]) => at)];
}
