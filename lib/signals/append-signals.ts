import type { Sql } from "../db/sql.ts";
import type { Subject } from "./model.ts";

/** An event on its way into the log. */
export type NewSignal = {
  type: string;
  subject: Subject;
  event: Record<string, unknown>;
  at: Date;
  /** The order that it tells of. */
  orderId?: string | undefined;
  /** What ties it to the events that the order came of, where a peer's event caused it. */
  txn?: string | undefined;
  /** The verifier behind the peer whose event caused the order: its own streams are not told. */
  causedById?: string | undefined;
  /** The one stream that it is for; all where left out. */
  streamId?: string | undefined;
};

/**
 * Appends events to the log inside the caller's transaction. The log's head is locked until that ends, so that sequences are dense and in commit order:
 * take no slow step after it.
 *
 * @returns the sequence of the last one; null where there are none.
 */
export async function appendSignals(tx: Sql, signals: readonly NewSignal[]): Promise<bigint | null> {
  if (signals.length === 0) return null;
  const [head] = await tx.query<{ sequence: bigint }>(
    "UPDATE signal_head SET sequence = sequence + $1::int WHERE id = 1 RETURNING sequence",
    [signals.length],
  );
  if (head === undefined) throw new Error("the log of signals has no head");
  const rows = signals.map((signal, index) => ({
    n: index + 1,
    stream_id: signal.streamId ?? null,
    type: signal.type,
    subject: signal.subject,
    event: signal.event,
    order_id: signal.orderId ?? null,
    txn: signal.txn ?? null,
    caused_by_id: signal.causedById ?? null,
    at: signal.at.toISOString(),
  }));
  await tx.query(
    `INSERT INTO signal_event (sequence, stream_id, type, subject, event, order_id, txn, caused_by_id, at)
     SELECT $2::bigint + i.n, i.stream_id, i.type, i.subject, i.event, i.order_id, i.txn, i.caused_by_id, i.at
     FROM json_to_recordset($1::json) AS i(n int, stream_id uuid, type text, subject jsonb, event jsonb, order_id uuid, txn text, caused_by_id uuid, at timestamptz)`,
    [JSON.stringify(rows), head.sequence - BigInt(signals.length)],
  );
  return head.sequence;
}

/** Whether anybody listens: without a stream nothing is written. */
export async function hasStreams(db: Sql): Promise<boolean> {
  const [row] = await db.query<{ there: boolean }>("SELECT EXISTS (SELECT FROM signal_stream) AS there");
  return row?.there === true;
}
