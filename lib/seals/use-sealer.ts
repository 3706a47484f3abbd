import type { Sql } from "../db/sql.ts";
import type { UseWriter } from "../verification/use-writer.ts";
import { appendSeal, type ChainEnd, NEW_CHAIN, nextSeal, readLastSeal } from "./append-seal.ts";
import type { Seal } from "./seal.ts";
import type { FlushToSeal } from "./seal-ledger.ts";

const EVERY_MS = 1_000;
/** After this, no statement that wrote a flush can still be under way. */
const CERTAIN_AFTER_MS = 60_000;
const SETTLED_AT_ONCE = 500;

const WRITTEN = `
  SELECT u.flush, u.ordinal FROM json_to_recordset($2::json) AS d(flush bigint, since timestamptz, until timestamptz)
  JOIN token_use u ON u.received_at BETWEEN d.since AND d.until AND u.writer_id = $1::uuid AND u.flush = d.flush`;

/**
 * Seals what a writer wrote, about once a second, after the answers have left. What cannot be sealed now is sealed with the next seal; what a process that is
 * killed had not sealed, a worker seals from what the database holds (`sealGoneWriters`).
 */
export class UseSealer {
  readonly #db: Sql;
  readonly #writer: UseWriter;
  readonly #onError: (error: unknown) => void;
  readonly #now: () => Date;
  readonly #timer: NodeJS.Timeout;
  #end: ChainEnd = NEW_CHAIN;
  /** Handed to the database and not known to be there, with what it is made of. */
  #pending: { seal: Seal; flushes: FlushToSeal[] } | null = null;
  #sealing: Promise<void> = Promise.resolve();

  /** @param everyMs milliseconds between two seals. */
  constructor(
    db: Sql,
    writer: UseWriter,
    onError: (error: unknown) => void,
    { everyMs = EVERY_MS, now = () => new Date() }: { everyMs?: number; now?: () => Date } = {},
  ) {
    this.#db = db;
    this.#writer = writer;
    this.#onError = onError;
    this.#now = now;
    this.#timer = setInterval(() => void this.seal(), everyMs);
    this.#timer.unref();
  }

  /** Says, before its first row, that this writer seals: its rows are missed from then on. The writer is known already. */
  async begin(): Promise<void> {
    await this.#db.query(
      "UPDATE evidence_writer SET seals_begun_at = clock_timestamp() WHERE id = $1::uuid",
      [this.#writer.id],
    );
  }

  /** Seals what is committed, if there is any. */
  seal(): Promise<void> {
    this.#sealing = this.#sealing.then(() => this.#seal()).catch(this.#onError);
    return this.#sealing;
  }

  /** Seals the last of it and says that nothing more comes. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.seal();
    // a first one may have found that a worker had been here
    await this.seal();
    if (this.#pending !== null || this.#writer.seals.open.length > 0) return;
    await this.#db
      .query("UPDATE evidence_writer SET seals_ended_at = clock_timestamp() WHERE id = $1::uuid", [
        this.#writer.id,
      ])
      .catch(this.#onError);
  }

  /** Flushes whose connection broke: the evidence says which of their rows went in, and the leaves are those of then. */
  async settleDoubts(afterMs = CERTAIN_AFTER_MS): Promise<void> {
    const { id, seals } = this.#writer;
    const doubtful = seals.doubtful(afterMs).slice(0, SETTLED_AT_ONCE);
    if (doubtful.length === 0) return;
    const rows = await this.#db.query<{ flush: bigint; ordinal: number }>(WRITTEN, [
      id,
      JSON.stringify(
        doubtful.map(({ flush, receivedFrom, receivedTo }) => ({
          flush: Number(flush),
          since: receivedFrom,
          until: receivedTo,
        })),
      ),
    ]);
    for (const { flush } of doubtful)
      seals.settle(flush, new Set(rows.filter((row) => row.flush === flush).map((row) => row.ordinal)));
  }

  async #seal(): Promise<void> {
    await this.settleDoubts();
    this.#pending ??= this.#next();
    if (this.#pending === null) return;
    const { seal } = this.#pending;
    if (!(await appendSeal(this.#db, seal))) return this.#meet(seal);
    this.#end = seal;
    this.#pending = null;
  }

  #next(): { seal: Seal; flushes: FlushToSeal[] } | null {
    const { id, ledger, seals } = this.#writer;
    const flushes = seals.take();
    if (flushes.length === 0) return null;
    const openFlushes = seals.open.sort((one, other) => (one < other ? -1 : 1));
    const about = { chain: id, sealedBy: "writer", lastFlush: ledger.last, openFlushes } as const;
    return { seal: nextSeal(this.#end, flushes, { ...about, now: this.#now() }), flushes };
  }

  /** The place is taken: by this very seal, whose answer was lost, or by a worker that took this process for dead. */
  async #meet(seal: Seal): Promise<void> {
    const last = await readLastSeal(this.#db, seal.chain);
    if (last === null) throw new Error(`seal ${seal.sequence} of ${seal.chain} is neither taken nor free`);
    const flushes = this.#pending?.flushes ?? [];
    this.#pending = null;
    this.#end = last;
    if (last.hash.equals(seal.hash)) return;
    const isSealed = ({ flush }: FlushToSeal) => flush <= last.lastFlush && !last.openFlushes.includes(flush);
    this.#writer.seals.giveBack(flushes.filter((one) => !isSealed(one)));
    await this.#db.query("UPDATE evidence_writer SET seals_ended_at = NULL WHERE id = $1::uuid", [
      seal.chain,
    ]);
  }
}
