import { ENTRY_COLUMNS, type EntryRecord, entryRowOf } from "../audit/entry-record.ts";
import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { OutcomeFilter } from "./model.ts";
import type { ActEvent } from "./stream-event.ts";

type ActRecord = EntryRecord & {
  before: Record<string, unknown> | null;
  after: Record<string, unknown> | null;
  userAgent: string | null;
};

/** Beside each act that is wanted, or once beside none. */
type PageRecord = { end: bigint | null; looked: bigint } & (ActRecord | { [key in keyof ActRecord]: null });

export type ActsPage = {
  /** In the chain's order, each with its place in it. */
  events: { event: ActEvent; sequence: bigint }[];
  /** Everything up to here is in `events` or not wanted. */
  end: bigint;
  isFull: boolean;
};

/**
 * The acts after a sequence that a stream wants, of `limit` that are looked at. Sequences are dense and in commit order: the chain's head is locked until each entry's
 * transaction ends, so what is not there yet comes later, and never in between.
 */
export async function readActs(
  db: Sql,
  { after, outcome, limit }: { after: bigint; outcome: OutcomeFilter; limit: number },
): Promise<ActsPage> {
  const records = await run<PageRecord>(
    db,
    sql`WITH page AS MATERIALIZED (
        SELECT * FROM audit_entry WHERE sequence > ${after}::bigint ORDER BY sequence LIMIT ${limit}::int
      ), seen AS (SELECT max(sequence) AS "end", count(*) AS looked FROM page)
      SELECT seen."end", seen.looked, ${ENTRY_COLUMNS}, e.before, e.after, e.user_agent AS "userAgent"
      FROM seen LEFT JOIN page e ON ${outcome}::text = 'all' OR e.outcome = ${outcome}::text ORDER BY e.sequence`,
  );
  const events = records.filter(isAct).map((record) => ({
    event: actEventOf(record),
    sequence: record.sequence,
  }));
  const [seen] = records;
  return { events, end: seen?.end ?? after, isFull: seen?.looked === BigInt(limit) };
}

function isAct(record: PageRecord): record is PageRecord & ActRecord {
  return record.id !== null;
}

function actEventOf(record: ActRecord): ActEvent {
  return {
    type: "admin_act",
    ...entryRowOf(record),
    before: record.before,
    after: record.after,
    userAgent: record.userAgent,
  };
}
