import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { appendSeal, NEW_CHAIN, nextSeal, readLastSeal } from "./append-seal.ts";
import { type FlushToSeal, flushToSeal } from "./seal-ledger.ts";
import { SEALED_USE_COLUMNS, type SealedUseRecord, sealedUseOf } from "./use-columns.ts";
import { useLeaf } from "./use-leaf.ts";

/** A writer that has not been heard of for so long is gone, and nothing that it began can still be committed: statements and idle transactions end after 30 s. */
const GONE_AFTER_SECONDS = 90;
/** How far the clocks of an authority and of the database may be apart, and how long a flush may have been open. */
const MARGIN_MS = 10 * 60_000;
const ROWS_OF_A_SEAL = 20_000;

const TAKE = `
  SELECT id, seals_begun_at AS "begunAt", clock_timestamp()::timestamptz(3) AS now FROM evidence_writer
  WHERE seals_begun_at IS NOT NULL AND seals_ended_at IS NULL AND seen_at < clock_timestamp() - make_interval(secs => $1::int)
  ORDER BY seen_at LIMIT 1 FOR UPDATE SKIP LOCKED`;

const UNSEALED = `
  SELECT ${SEALED_USE_COLUMNS} FROM token_use u
  WHERE u.received_at >= $2::timestamptz AND u.writer_id = $1::uuid AND (u.flush > $3::bigint OR u.flush = ANY ($4::bigint[]))
  ORDER BY u.flush, u.ordinal LIMIT ${ROWS_OF_A_SEAL + 1}`;

function flushesOf(records: readonly SealedUseRecord[]): FlushToSeal[] {
  const byFlush = Map.groupBy(records, (record) => record.flush);
  return [...byFlush].map(([flush, rows]) => {
    const times = rows.map((row) => row.receivedAt.getTime());
    const [receivedFrom, receivedTo] = [new Date(Math.min(...times)), new Date(Math.max(...times))];
    return flushToSeal(
      { flush, receivedFrom, receivedTo },
      rows.map((row) => useLeaf(sealedUseOf(row))),
    );
  });
}

/** One seal of a writer that is gone, under the lock on its row. @returns null where there is no such writer, else whether it is sealed to its end. */
async function sealOne(tx: Sql, goneAfterSeconds: number): Promise<{ rows: number; isDone: boolean } | null> {
  const [writer] = await tx.query<{ id: string; begunAt: Date; now: Date }>(TAKE, [goneAfterSeconds]);
  if (writer === undefined) return null;
  const last = await readLastSeal(tx, writer.id);
  const end = last ?? NEW_CHAIN;
  const since = new Date((last?.receivedTo ?? writer.begunAt).getTime() - MARGIN_MS);
  let records = await tx.query<SealedUseRecord>(UNSEALED, [writer.id, since, end.lastFlush, end.openFlushes]);
  const isDone = records.length <= ROWS_OF_A_SEAL;
  // the last flush may be cut: it goes into the next seal
  if (!isDone) records = records.filter((record) => record.flush !== records.at(-1)?.flush);
  if (records.length > 0) {
    // a late one alone may have a lower number than the end's
    const highest = records.at(-1)?.flush ?? 0n;
    const lastFlush = end.lastFlush > highest ? end.lastFlush : highest;
    // what was open comes first by its number, so that a seal that is cut leaves none of it behind
    const about = { chain: writer.id, sealedBy: "worker", lastFlush, openFlushes: [] } as const;
    const seal = nextSeal(end, flushesOf(records), { ...about, now: writer.now });
    if (!(await appendSeal(tx, seal))) throw new Error(`the chain of ${writer.id} went on by itself`);
  }
  if (isDone)
    await tx.query("UPDATE evidence_writer SET seals_ended_at = clock_timestamp() WHERE id = $1::uuid", [
      writer.id,
    ]);
  return { rows: records.length, isDone };
}

/**
 * Seals what writers that are gone had written and not sealed, from what the database holds: such seals say so (`sealedBy`), since an edit between the kill
 * and the seal does not show. One writer a transaction; a writer that was only frozen goes on after it.
 *
 * @returns the rows that were sealed.
 */
export async function sealGoneWriters(
  db: Pick<SqlDatabase, "transaction">,
  goneAfterSeconds = GONE_AFTER_SECONDS,
): Promise<number> {
  let rows = 0;
  for (;;) {
    const sealed = await db.transaction((tx) => sealOne(tx, goneAfterSeconds));
    if (sealed === null) return rows;
    rows += sealed.rows;
  }
}
