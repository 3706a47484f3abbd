import { USE_COLUMNS, USE_JOINS, type UseRecord, useRowOf } from "../audit/use-record.ts";
import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { OutcomeFilter } from "./model.ts";
import type { UseEvent } from "./stream-event.ts";
import {
  IN_ORDER,
  isOutstanding,
  ofPresent,
  snapshotsOf,
  type UseKey,
  type UsesPosition,
} from "./uses-position.ts";

/** Beside each use that is wanted, or once beside none. */
type PageRecord = {
  epoch: string;
  epochLow: Date;
  looked: bigint;
  end: UseKey | null;
} & (UseRecord | { [key in keyof UseRecord]: null });

export type UsesPage = {
  /** In order, each with where the stream is behind it. */
  events: { event: UseEvent; position: UsesPosition }[];
  /** Everything up to here is in `events` or not wanted. */
  end: UsesPosition;
  /** Whether there may be more at once. */
  isFull: boolean;
};

/** The uses after a position that a stream wants, of `limit` that are looked at. */
export async function readUses(
  db: Sql,
  from: UsesPosition,
  { outcome, clientIds, limit }: { outcome: OutcomeFilter; clientIds: readonly string[]; limit: number },
): Promise<UsesPage> {
  const position = await ofPresent(db, from);
  const wanted = sql`(${outcome}::text = 'all' OR x.outcome = ${outcome}::text)
    AND (cardinality(${clientIds}::uuid[]) = 0 OR x.client_id = ANY (${clientIds}::uuid[]))`;
  const records = await run<PageRecord>(
    db,
    sql`WITH ${snapshotsOf(position)}, page AS MATERIALIZED (
        SELECT x.* FROM now n, token_use x WHERE ${isOutstanding(position)} ORDER BY ${IN_ORDER} LIMIT ${limit}::int
      ), seen AS (
        SELECT (SELECT count(*) FROM page) AS looked, (SELECT json_build_object('at', x.received_at AT TIME ZONE 'UTC', 'writer', x.writer_id, 'flush', x.flush::text,
            'ordinal', x.ordinal) FROM page x ORDER BY x.received_at DESC, x.writer_id DESC, x.flush DESC, x.ordinal DESC LIMIT 1) AS "end"
      )
      SELECT n.epoch::text AS epoch, n."epochLow", seen.looked, seen."end", ${USE_COLUMNS}
      FROM now n CROSS JOIN seen LEFT JOIN page x ON ${wanted} ${USE_JOINS} ORDER BY ${IN_ORDER}`,
  );
  const [seen] = records;
  if (seen === undefined) throw new Error("the uses were not looked at");
  const epoch = {
    epoch: seen.epoch,
    epochLow: position.epoch === seen.epoch ? position.epochLow : seen.epochLow,
  };
  const events = records.filter(isUse).map((record) => ({
    event: useEventOf(record),
    position: { ...position, ...epoch, key: keyOf(record) },
  }));
  const isWhole = seen.looked < BigInt(limit);
  return {
    events,
    // after an epoch that was begun earlier, the next one has what came meanwhile
    isFull: !isWhole || position.epoch !== null,
    end: isWhole ? next(epoch) : { ...position, ...epoch, key: endOf(seen.end) },
  };
}

/** The epoch is through: it is the base of what comes. */
function next({ epoch, epochLow }: { epoch: string; epochLow: Date | null }): UsesPosition {
  return { base: epoch, low: epochLow ?? new Date(0), epoch: null, epochLow: null, key: null };
}

function endOf(end: UseKey | null): UseKey | null {
  return end && { ...end, at: new Date(`${end.at}Z`).toISOString() };
}

function isUse(record: PageRecord): record is PageRecord & UseRecord {
  return record.id !== null;
}

function keyOf(record: UseRecord): UseKey {
  return {
    at: record.receivedAt.toISOString(),
    writer: record.writerId,
    flush: String(record.flush),
    ordinal: record.ordinal,
  };
}

function useEventOf(record: UseRecord): UseEvent {
  return { type: "token_use", ...useRowOf(record) };
}
