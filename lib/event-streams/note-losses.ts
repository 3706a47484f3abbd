import type { Act } from "../audit/record-entry.ts";
import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { withinTimeInside } from "../list-query/within-time.ts";
import type { Source } from "./model.ts";
import { type EventStreamRecord, eventStreamTarget, readStreamRecords } from "./stream-record.ts";
import { isOutstanding, ofPresent, snapshotsOf, type UsesPosition } from "./uses-position.ts";

type Counted = { events: bigint; firstAt: Date | null; lastAt: Date | null };
type Lost = { events: number; isAtMost: boolean; firstAt: Date; lastAt: Date };

/** What the counts of a day may take for all streams together: the day leaves, however many there are. */
const COUNT_MS = 10_000;

// a gap that goes on is told once: until the stream has sent something in between
const NOTE = `
  INSERT INTO event_stream_loss AS l (stream_id, source, events, is_at_most, first_at, last_at, left_at)
  VALUES ($1::uuid, $2::text, $3::bigint, $4::boolean, $5::timestamptz, $6::timestamptz, clock_timestamp())
  ON CONFLICT (stream_id, source) DO UPDATE SET events = l.events + excluded.events,
    is_at_most = l.is_at_most OR excluded.is_at_most, first_at = least(l.first_at, excluded.first_at),
    last_at = greatest(l.last_at, excluded.last_at), left_at = excluded.left_at,
    is_told = l.is_told AND NOT EXISTS (SELECT FROM event_stream s WHERE s.id = l.stream_id AND s.last_delivered_at > l.left_at)`;

async function note(tx: Sql, stream: EventStreamRecord, source: Source, lost: Lost): Promise<Act> {
  const { events, isAtMost, firstAt, lastAt } = lost;
  await tx.query(NOTE, [stream.id, source, events, isAtMost, firstAt, lastAt]);
  return {
    act: "event_stream.left_unsent",
    target: eventStreamTarget(stream),
    after: {
      source,
      events,
      ...(isAtMost ? { isAtMost } : {}),
      firstAt: firstAt.toISOString(),
      lastAt: lastAt.toISOString(),
    },
  };
}

function lostOf(counted: readonly Counted[]): Lost | null {
  const times = counted.flatMap(({ firstAt, lastAt }) =>
    firstAt === null || lastAt === null ? [] : [firstAt.getTime(), lastAt.getTime()],
  );
  if (times.length === 0) return null;
  const events = counted.reduce((sum, one) => sum + Number(one.events), 0);
  return {
    events,
    isAtMost: false,
    firstAt: new Date(Math.min(...times)),
    lastAt: new Date(Math.max(...times)),
  };
}

async function countUses(
  tx: Sql,
  { outcome, clientIds }: EventStreamRecord,
  position: UsesPosition,
  { from, to, ms }: { from: Date; to: Date; ms: number },
): Promise<Counted[] | null> {
  return withinTimeInside<Counted>(
    tx,
    sql`WITH ${snapshotsOf(position)} SELECT count(*) AS events, min(x.received_at) AS "firstAt", max(x.received_at) AS "lastAt" FROM now n, token_use x
      WHERE x.received_at >= ${from}::timestamptz AND x.received_at < ${to}::timestamptz AND ${isOutstanding(position)}
        AND (${outcome}::text = 'all' OR x.outcome = ${outcome}::text)
        AND (cardinality(${clientIds}::uuid[]) = 0 OR x.client_id = ANY (${clientIds}::uuid[]))`,
    ms,
  );
}

/** Where a stream will go on once it has sent what it is at. */
function afterEpoch({ epoch, epochLow, low }: UsesPosition): UsesPosition {
  return { base: epoch, low: epochLow ?? low, epoch: null, epochLow: null, key: null };
}

const carrying = (source: Source): Fragment => sql`${source}::text = ANY (s.sources)`;

export type LeavingUses = {
  from: Date;
  to: Date;
  /** All that were received in it. */
  uses: number;
  /** For tests: what counting may take. */
  countMs?: number;
};

/** What a stream has still to send of them; null for nothing. */
async function lostUses(
  tx: Sql,
  stream: EventStreamRecord,
  { from, to, uses: all, ms }: LeavingUses & { ms: () => number },
): Promise<Lost | null> {
  const { uses } = stream;
  const positions = uses.epoch === null ? [uses] : [uses, afterEpoch(uses)];
  const counted: Counted[] = [];
  for (const one of positions) {
    const position = await ofPresent(tx, one);
    if (position.low >= to) continue;
    const some = await countUses(tx, stream, position, { from, to, ms: ms() });
    if (some === null)
      return all === 0
        ? null
        : { events: all, isAtMost: true, firstAt: from, lastAt: new Date(to.getTime() - 1) };
    counted.push(...some);
  }
  return lostOf(counted);
}

/**
 * Writes down of every stream how many uses received in a span it has still to send, for whoever takes them out of the log in this transaction. What a sink takes
 * meanwhile is among them: it is never fewer. Where they are too many to be counted in time, all that were received are written down, as how many it was at most.
 *
 * @returns an act of each stream that has some: record them.
 */
export async function noteUnsentUses(tx: Sql, leaving: LeavingUses): Promise<Act[]> {
  const acts: Act[] = [];
  const end = performance.now() + (leaving.countMs ?? COUNT_MS);
  for (const stream of await readStreamRecords(tx, carrying("uses"))) {
    const lost = await lostUses(tx, stream, { ...leaving, ms: () => end - performance.now() });
    if (lost !== null) acts.push(await note(tx, stream, "uses", lost));
  }
  return acts;
}

/** The same of the acts up to a place in their chain. */
export async function noteUnsentActs(tx: Sql, through: number): Promise<Act[]> {
  const acts: Act[] = [];
  for (const stream of await readStreamRecords(tx, carrying("acts"))) {
    if (stream.actsSequence >= BigInt(through)) continue;
    const counted = await run<Counted>(
      tx,
      sql`SELECT count(*) AS events, min(e.at) AS "firstAt", max(e.at) AS "lastAt" FROM audit_entry e WHERE e.sequence > ${stream.actsSequence}::bigint
        AND e.sequence <= ${through}::bigint AND (${stream.outcome}::text = 'all' OR e.outcome = ${stream.outcome}::text)`,
    );
    const lost = lostOf(counted);
    if (lost !== null) acts.push(await note(tx, stream, "acts", lost));
  }
  return acts;
}
