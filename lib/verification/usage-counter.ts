import { prepared, type Sql } from "../db/sql.ts";
import { LAST_USED_PRECISION_SECONDS } from "../tokens/model.ts";
import { type CountedUse, UsageDeltas } from "./usage-deltas.ts";
import type { TokenUseRow, UseWriter } from "./use-writer.ts";

/** After this, no statement that wrote a flush can still be under way. */
const CERTAIN_AFTER_MS = 60_000;

// A batch goes in with its number, once: whoever does not know whether it was written writes it again. A worker that took this process for
// dead has counted up to a flush of its own; then nothing goes in, and what came after that flush is tried anew.
const WRITE = prepared(`
  WITH writer AS (
    INSERT INTO evidence_writer AS w (id, started_at, seen_at, batch, counted_flush, open_flushes)
    VALUES ($1::uuid, clock_timestamp(), clock_timestamp(), $2::bigint, $3::bigint, $4::bigint[])
    ON CONFLICT (id) DO UPDATE SET seen_at = clock_timestamp(), batch = excluded.batch, counted_flush = excluded.counted_flush,
      open_flushes = excluded.open_flushes, ended_at = NULL, reconciled_flush = NULL
    WHERE w.batch < excluded.batch AND w.reconciled_flush IS NOT DISTINCT FROM $5::bigint
    RETURNING 1
  ), counted AS (
    INSERT INTO token_usage AS u (token_id, last_used_at, use_count, refused_count, last_ip)
    SELECT d.token_id, d.last_used_at, d.uses, d.refusals, d.last_ip
    FROM writer, json_to_recordset($6::json) AS d(token_id uuid, last_used_at timestamptz, uses bigint, refusals bigint, last_ip text)
    ORDER BY d.token_id
    ON CONFLICT (token_id) DO UPDATE SET last_used_at = greatest(u.last_used_at, excluded.last_used_at),
      use_count = u.use_count + excluded.use_count, refused_count = u.refused_count + excluded.refused_count,
      last_ip = CASE WHEN excluded.last_used_at < u.last_used_at THEN u.last_ip ELSE coalesce(excluded.last_ip, u.last_ip) END
  )
  SELECT (SELECT reconciled_flush FROM evidence_writer WHERE id = $1::uuid) AS "reconciledFlush"`);

const WRITTEN = `
  SELECT token_id AS "tokenId", CASE outcome WHEN 'refused' THEN refusal END AS refusal, at, ip FROM token_use
  WHERE received_at = ANY ($2::timestamptz[]) AND writer_id = $1::uuid AND flush = ANY ($3::bigint[]) AND outcome <> 'issued'`;

/** What a flush adds. The rows themselves would live for a second, tens of thousands of them. */
function deltasOf(uses: readonly CountedUse[]): UsageDeltas {
  const deltas = new UsageDeltas();
  for (const use of uses) deltas.add(use);
  return deltas;
}

type Counted = { flush: bigint | null; deltas: UsageDeltas };
type Batch = {
  number: bigint;
  countedFlush: bigint;
  openFlushes: bigint[];
  counted: Counted[];
};

/**
 * Last use and counts of tokens, written together every second: kept beside the evidence in `token_use`, which is exact, so that a busy token
 * costs one row update a second and not one a use. A refused attempt counts apart and is no use. With them goes which flushes are counted:
 * what a process that was killed had not counted, a worker counts (`countMissedUses`).
 */
export class UsageCounter {
  readonly #db: Sql;
  readonly #writer: UseWriter;
  readonly #onError: (error: unknown) => void;
  readonly #timer: NodeJS.Timeout;
  #counted: Counted[] = [];
  #number = 0n;
  /** Under way, or lost sight of. */
  #batch: Batch | null = null;
  /** A worker has counted up to here, and this process took up again. */
  #reconciledFlush: bigint | null = null;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    db: Sql,
    writer: UseWriter,
    onError: (error: unknown) => void,
    everyMs = (LAST_USED_PRECISION_SECONDS * 1_000) / 2,
  ) {
    this.#db = db;
    this.#writer = writer;
    this.#onError = onError;
    this.#timer = setInterval(() => void this.flush(), everyMs);
    this.#timer.unref();
  }

  /** Counts rows that were written and answered: the same ones that the writer was given, or those of them that went in. */
  count(rows: readonly TokenUseRow[], written: readonly TokenUseRow[] = rows): void {
    if (rows.length === 0) return;
    const flush = this.#writer.ledger.close(rows);
    this.#counted.push({ flush, deltas: deltasOf(written) });
  }

  /** Writes what has gathered. What cannot be written is kept for the next time. */
  flush(): Promise<void> {
    this.#writing = this.#writing.then(() => this.#flush());
    return this.#writing;
  }

  /** Flushes that nobody came to count: rolled back, or written while the connection broke. The evidence says which. */
  async #settleDoubtful(): Promise<void> {
    const before = Date.now() - CERTAIN_AFTER_MS;
    const doubtful = this.#writer.ledger.open.filter((one) => one.receivedAt.getTime() < before);
    if (doubtful.length === 0) return;
    const rows = await this.#db.query<CountedUse>(WRITTEN, [
      this.#writer.id,
      doubtful.map((one) => one.receivedAt),
      doubtful.map((one) => one.flush),
    ]);
    this.#writer.ledger.settle(doubtful);
    if (rows.length > 0) this.#counted.push({ flush: null, deltas: deltasOf(rows) });
  }

  #gather(): Batch {
    const { ledger } = this.#writer;
    this.#number += 1n;
    const counted = this.#counted;
    this.#counted = [];
    return {
      number: this.#number,
      countedFlush: ledger.last,
      openFlushes: ledger.open.map((one) => one.flush),
      counted,
    };
  }

  async #write(batch: Batch): Promise<bigint | null> {
    const all = new UsageDeltas();
    for (const { deltas } of batch.counted) all.addAll(deltas);
    const [answer] = await this.#db.query<{ reconciledFlush: bigint | null }>(WRITE, [
      this.#writer.id,
      batch.number,
      batch.countedFlush,
      batch.openFlushes,
      this.#reconciledFlush,
      JSON.stringify(all.list()),
    ]);
    return answer?.reconciledFlush ?? null;
  }

  async #flush(): Promise<void> {
    try {
      if (this.#batch === null) {
        await this.#settleDoubtful();
        this.#batch = this.#gather();
      }
      const reconciledFlush = await this.#write(this.#batch);
      if (reconciledFlush !== null && reconciledFlush !== this.#reconciledFlush) {
        // nothing of the batch went in
        this.#reconciledFlush = reconciledFlush;
        this.#counted.unshift(
          ...this.#batch.counted.filter(({ flush }) => flush !== null && flush > reconciledFlush),
        );
      } else this.#reconciledFlush = null;
      this.#batch = null;
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Writes the last counts and says that this writer has ended. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    // the first one may be a batch that was lost sight of
    await this.flush();
    await this.flush();
    if (this.#batch !== null || this.#writer.ledger.open.length > 0) return;
    await this.#db
      .query("UPDATE evidence_writer SET ended_at = clock_timestamp() WHERE id = $1::uuid", [this.#writer.id])
      .catch(this.#onError);
  }
}
