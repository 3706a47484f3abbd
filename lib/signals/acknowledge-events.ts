import type { SqlDatabase } from "../db/sql-database.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { shown } from "./push-event.ts";
import { IS_FOR_STREAM } from "./stream-record.ts";

/** What a polling receiver says of an event that it cannot use. @see RFC 8936 section 2.6 */
export type ReportedError = { sequence: bigint; err: string; description: string };

/**
 * Takes events off a stream that polls: those that its receiver has, and those that it will never take, whose errors stay in view. In any order, any number of times; what is
 * none of the stream's counts for nothing.
 */
export async function acknowledgeEvents(
  db: SqlDatabase,
  streamId: string,
  { taken, refused }: { taken: readonly bigint[]; refused: readonly ReportedError[] },
): Promise<void> {
  if (taken.length === 0 && refused.length === 0) return;
  const last = refused.at(-1);
  await db.transaction(async (tx) => {
    await tx.query("SELECT id FROM signal_stream WHERE id = $1::uuid FOR UPDATE", [streamId]);
    const [head] = await tx.query<{ sequence: bigint }>("SELECT sequence FROM signal_head WHERE id = 1");
    const sequences = [...new Set([...taken, ...refused.map(({ sequence }) => sequence)])];
    const fresh = await run<{ sequence: bigint; isVerification: boolean }>(
      tx,
      sql`INSERT INTO signal_acknowledgement (stream_id, sequence)
        SELECT s.id, e.sequence FROM signal_stream s JOIN signal_event e ON e.sequence = ANY (${sequences}::bigint[]) AND e.sequence > s.cursor AND ${IS_FOR_STREAM}
        WHERE s.id = ${streamId}::uuid ON CONFLICT DO NOTHING
        RETURNING sequence, (SELECT x.type LIKE '%/verification' FROM signal_event x WHERE x.sequence = signal_acknowledgement.sequence) AS "isVerification"`,
    );
    const freshOnes = new Set(fresh.map(({ sequence }) => sequence));
    const lost = refused.filter(({ sequence }) => freshOnes.has(sequence));
    const failed = new Set(lost.map(({ sequence }) => sequence));
    const isVerified = fresh.some((one) => one.isVerification && !failed.has(one.sequence));
    await run(
      tx,
      sql`UPDATE signal_stream s SET
          delivered = delivered + ${fresh.length - failed.size}::int, refused = refused + ${failed.size}::int,
          last_delivered_at = CASE WHEN ${fresh.length > failed.size}::boolean THEN clock_timestamp() ELSE last_delivered_at END,
          verified_at = CASE WHEN ${isVerified}::boolean THEN clock_timestamp() ELSE verified_at END,
          last_error = coalesce(${last === undefined ? null : shown(`${last.err}: ${last.description}`)}::text, last_error),
          last_error_at = CASE WHEN ${last !== undefined}::boolean THEN clock_timestamp() ELSE last_error_at END,
          notice_sequence = CASE WHEN notice_sequence = ANY (${sequences}::bigint[]) THEN NULL ELSE notice_sequence END,
          cursor = coalesce((SELECT e.sequence - 1 FROM signal_event e WHERE e.sequence > s.cursor AND ${IS_FOR_STREAM}
              AND NOT EXISTS (SELECT FROM signal_acknowledgement k WHERE k.stream_id = s.id AND k.sequence = e.sequence) ORDER BY e.sequence LIMIT 1),
            ${head?.sequence ?? 0n}::bigint)
        WHERE s.id = ${streamId}::uuid`,
    );
    await tx.query(
      `DELETE FROM signal_acknowledgement k USING signal_stream s WHERE s.id = $1::uuid AND k.stream_id = s.id AND k.sequence <= s.cursor`,
      [streamId],
    );
  });
}
