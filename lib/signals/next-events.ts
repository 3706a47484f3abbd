import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { Subject } from "./model.ts";
import { IS_FOR_STREAM } from "./stream-record.ts";

export type LoggedSignal = {
  sequence: bigint;
  type: string;
  subject: Subject;
  event: Record<string, unknown>;
  orderId: string | null;
  txn: string | null;
};

/** What a stream has still to get: at most `limit` events in their order, and where its cursor can go when there are none. */
export type Outstanding = {
  head: bigint;
  /** Whether it may be given any: it is enabled, and so is its verifier. */
  isOpen: boolean;
  notice: LoggedSignal | null;
  events: LoggedSignal[];
};

const COLUMNS = sql`e.sequence, e.type, e.subject, e.event, e.order_id AS "orderId", e.txn`;

const events = (streamId: string, limit: number): Fragment => sql`
  SELECT ${COLUMNS} FROM signal_stream s JOIN signal_event e ON e.sequence > s.cursor AND ${IS_FOR_STREAM}
  WHERE s.id = ${streamId}::uuid
    AND NOT EXISTS (SELECT FROM signal_acknowledgement k WHERE k.stream_id = s.id AND k.sequence = e.sequence)
  ORDER BY e.sequence LIMIT ${limit}::int`;

/** Reads the head first: an event that comes after it is not taken for one that is not wanted. */
export async function readOutstanding(db: Sql, streamId: string, limit: number): Promise<Outstanding> {
  const [stream] = await db.query<{ head: bigint; isOpen: boolean }>(
    `SELECT h.sequence AS head, s.status = 'enabled' AND v.disabled_at IS NULL AS "isOpen"
     FROM signal_head h, signal_stream s JOIN verifier v ON v.id = s.verifier_id WHERE h.id = 1 AND s.id = $1::uuid`,
    [streamId],
  );
  const [notice] = await run<LoggedSignal>(
    db,
    sql`SELECT ${COLUMNS} FROM signal_stream s JOIN signal_event e ON e.sequence = s.notice_sequence WHERE s.id = ${streamId}::uuid`,
  );
  return {
    head: stream?.head ?? 0n,
    isOpen: stream?.isOpen === true,
    notice: notice ?? null,
    events: await run<LoggedSignal>(db, events(streamId, limit)),
  };
}
