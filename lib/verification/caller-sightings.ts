import type { Sql } from "../db/sql.ts";
import { AnswerTimes, type Percentiles } from "./answer-times.ts";

const WRITE = `
  UPDATE verifier v SET last_seen_at = greatest(v.last_seen_at, s.at),
    answer_p50_us = coalesce(s.p50, v.answer_p50_us), answer_p99_us = coalesce(s.p99, v.answer_p99_us)
  FROM unnest($1::uuid[], $2::timestamptz[], $3::int[], $4::int[]) AS s(id, at, p50, p99) WHERE v.id = s.id`;

/** One write a minute and secret. */
const writeSecrets = (table: "verifier_secret" | "client_secret") => `
  UPDATE ${table} v SET last_used_at = date_trunc('minute', s.at)
  FROM unnest($1::uuid[], $2::timestamptz[]) AS s(id, at)
  WHERE v.id = s.id AND (v.last_used_at IS NULL OR v.last_used_at < date_trunc('minute', s.at))`;

/** The first question of a verifier is told so soon: until it is, nobody knows how it checks. */
const FIRST_MS = 200;

/** When each verifier last asked, how long it was waited for, and with which of its secrets it or a client did; written every five seconds, and soon where a verifier asks for the first time. */
export class CallerSightings {
  readonly #db: Sql;
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  readonly #seen = new Set<string>();
  #soon: NodeJS.Timeout | null = null;
  #writing: Promise<void> = Promise.resolve();
  #verifiers = new Map<string, Date>();
  /** Kept for as long as the process runs: a verifier that asks once asks again. */
  readonly #answers = new Map<string, AnswerTimes>();
  #verifierSecrets = new Map<string, Date>();
  #clientSecrets = new Map<string, Date>();

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
    if (this.#seen.has(verifier.id)) return;
    this.#seen.add(verifier.id);
    this.#soon ??= setTimeout(() => void this.flush(), FIRST_MS).unref();
  }

  /** It was told whether a token is good, so long after it had asked. */
  answered(verifierId: string, ms: number): void {
    let times = this.#answers.get(verifierId);
    if (times === undefined) {
      times = new AnswerTimes();
      this.#answers.set(verifierId, times);
    }
    times.add(ms);
    // that it asked may have been written while it waited
    if (!this.#verifiers.has(verifierId)) this.#verifiers.set(verifierId, new Date());
  }

  /** It showed its secret, for whatever it wanted. */
  showed(verifier: { secret: { id: string } }, at: Date): void {
    this.#verifierSecrets.set(verifier.secret.id, at);
  }

  /** A client showed this secret of its own, for whatever it wanted. */
  clientShowed(secretId: string, at: Date): void {
    this.#clientSecrets.set(secretId, at);
  }

  /** Writes what was seen, when what was seen before is written. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#flush());
    return this.#writing;
  }

  async #flush(): Promise<void> {
    if (this.#soon !== null) clearTimeout(this.#soon);
    this.#soon = null;
    const [verifiers, ofVerifiers, ofClients] = [this.#verifiers, this.#verifierSecrets, this.#clientSecrets];
    this.#verifiers = new Map();
    this.#verifierSecrets = new Map();
    this.#clientSecrets = new Map();
    try {
      await this.#writeVerifiers(verifiers);
      await this.#write(writeSecrets("verifier_secret"), ofVerifiers);
      await this.#write(writeSecrets("client_secret"), ofClients);
    } catch (error) {
      this.#onError(error);
    }
  }

  async #writeVerifiers(seenAt: ReadonlyMap<string, Date>): Promise<void> {
    if (seenAt.size === 0) return;
    const [ids, ats] = columnsOf(seenAt);
    const taken = ids.map((id) => this.#answers.get(id)?.take() ?? null);
    const column = (part: keyof Percentiles) => taken.map((times) => times?.[part] ?? null);
    await this.#db.query(WRITE, [ids, ats, column("p50"), column("p99")]);
  }

  async #write(statement: string, seenAt: ReadonlyMap<string, Date>): Promise<void> {
    if (seenAt.size > 0) await this.#db.query(statement, columnsOf(seenAt));
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
