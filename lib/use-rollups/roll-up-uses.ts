import type { Sql } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { LOW_OF_NOW } from "../event-streams/uses-position.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { forgetBusyDays } from "./busy-days.ts";
import { ceilTo, FINEST, floorTo, GRAINS, type Grain, grainBelow, type Span } from "./grains.ts";
import { MIX_COUNTS, NO_VERIFIER } from "./mix.ts";

/** Spans of the finest grain that one transaction counts: a day's where little was used, fewer where much was. */
const SPANS_MAX = 96;
const SPANS_FIRST = 8;
/** How long a step is to take, in milliseconds: between the two it is as large as it is. */
const STEP_MS = { short: 300, long: 1_500 };
/** Late spans that are counted again in one transaction. */
const LATE_AT_ONCE = 8;
/** Clocks of writers and of the database differ by less, and a seal is committed within it. */
const CLOCKS = "60 seconds";
/** Seals are looked at again for so long: those of other writers may be committed later. */
const SEALS_AGAIN = "5 minutes";

type Mark = { from: Date; until: Date; sealedAt: Date; isWhole: boolean };

/** `counted`: until where spans were counted by a clock that was not ahead. */
type Taken = Mark & { now: Date; low: Date; counted: Date | null };

const TAKE = sql`SELECT from_at AS "from", until_at AS "until", sealed_at AS "sealedAt", is_whole AS "isWhole", clock_timestamp() AS now, ${LOW_OF_NOW} AS low,
    (SELECT max(r.at) + make_interval(secs => ${FINEST}::int) FROM use_rollup r WHERE r.grain = ${FINEST}::int AND r.at <= clock_timestamp() AND r.counted_at <= clock_timestamp()) AS counted
  FROM use_rollup_mark WHERE id = 1 FOR UPDATE SKIP LOCKED`;

/**
 * A mark of a moment that has not come was written by a clock that was ahead: it is counted on from where a right clock had come to, and so are late
 * ones by the seals.
 */
function ofNow({ now, low, counted, ...mark }: Taken): Mark {
  const right = counted ?? (mark.from <= now ? mark.from : floorTo(low, FINEST));
  const until = mark.until > now ? right : mark.until;
  const isOver = mark.from > until;
  return {
    from: isOver ? until : mark.from,
    until,
    sealedAt: mark.sealedAt > now ? right : mark.sealedAt,
    isWhole: mark.isWhole && !isOver,
  };
}

/** Counts the log between two edges of the finest grain anew; mixes that are new get their row first. */
async function countSpans(tx: Sql, { from, to }: Span): Promise<void> {
  await forgetBusyDays(tx, { from, to });
  await run(
    tx,
    sql`WITH counted AS MATERIALIZED (
        SELECT date_bin(make_interval(secs => ${FINEST}::int), x.received_at, timestamptz 'epoch') AS at, x.outcome, coalesce(x.refusal, '') AS refusal, x.source,
          x.client_id, coalesce(x.verifier_id, ${NO_VERIFIER}::uuid) AS verifier_id, coalesce(x.country, 'unknown') AS country, count(*) AS n
        FROM token_use x WHERE x.received_at >= ${from}::timestamptz AND x.received_at < ${to}::timestamptz GROUP BY 1, 2, 3, 4, 5, 6, 7
      ), fresh AS (
        INSERT INTO use_mix (outcome, refusal, source, client_id, verifier_id, country)
        SELECT DISTINCT c.outcome, c.refusal, c.source, c.client_id, c.verifier_id, c.country FROM counted c WHERE NOT EXISTS (
          SELECT FROM use_mix m WHERE (m.client_id, m.verifier_id, m.source, m.outcome, m.refusal, m.country)
            = (c.client_id, c.verifier_id, c.source, c.outcome, c.refusal, c.country))
        RETURNING *
      ), mix AS (SELECT * FROM use_mix UNION ALL SELECT * FROM fresh)
      INSERT INTO use_rollup AS r (grain, at, issued, allowed, refused, mixes, counts, counted_at)
      SELECT ${FINEST}::int, c.at, coalesce(sum(c.n) FILTER (WHERE c.outcome = 'issued'), 0), coalesce(sum(c.n) FILTER (WHERE c.outcome = 'allowed'), 0),
        coalesce(sum(c.n) FILTER (WHERE c.outcome = 'refused'), 0), array_agg(m.id ORDER BY m.id), array_agg(c.n ORDER BY m.id), clock_timestamp()
      FROM counted c JOIN mix m ON (m.client_id, m.verifier_id, m.source, m.outcome, m.refusal, m.country)
        = (c.client_id, c.verifier_id, c.source, c.outcome, c.refusal, c.country)
      GROUP BY c.at
      ON CONFLICT (grain, at) DO UPDATE SET issued = excluded.issued, allowed = excluded.allowed, refused = excluded.refused, mixes = excluded.mixes,
        counts = excluded.counts, counted_at = excluded.counted_at`,
  );
}

/** Puts spans of a coarser grain together from those of the one below. */
async function joinSpans(tx: Sql, grain: Grain, { from, to }: Span): Promise<void> {
  await run(
    tx,
    sql`INSERT INTO use_rollup AS r (grain, at, issued, allowed, refused, mixes, counts, counted_at)
      SELECT ${grain}::int, s.at, s.issued, s.allowed, s.refused, m.mixes, m.counts, clock_timestamp() FROM (
        SELECT date_bin(make_interval(secs => ${grain}::int), b.at, timestamptz 'epoch') AS at, sum(b.issued) AS issued, sum(b.allowed) AS allowed,
          sum(b.refused) AS refused
        FROM use_rollup b WHERE b.grain = ${grainBelow(grain)}::int AND b.at >= ${from}::timestamptz AND b.at < ${to}::timestamptz GROUP BY 1) s
      CROSS JOIN LATERAL (SELECT array_agg(x.mix ORDER BY x.mix) AS mixes, array_agg(x.n ORDER BY x.mix) AS counts FROM (
        SELECT u.mix, sum(u.n)::bigint AS n FROM (SELECT ${MIX_COUNTS} FROM use_rollup r
          WHERE r.grain = ${grainBelow(grain)}::int AND r.at >= s.at AND r.at < s.at + make_interval(secs => ${grain}::int)) u GROUP BY 1) x) m
      ON CONFLICT (grain, at) DO UPDATE SET issued = excluded.issued, allowed = excluded.allowed, refused = excluded.refused, mixes = excluded.mixes,
        counts = excluded.counts, counted_at = excluded.counted_at`,
  );
}

/** Joins all coarser spans that touch what was counted and are covered whole. */
async function joinAbove(tx: Sql, counted: Span, covered: Span): Promise<void> {
  for (const grain of GRAINS.slice(1)) {
    const from = new Date(
      Math.max(floorTo(counted.from, grain).getTime(), ceilTo(covered.from, grain).getTime()),
    );
    const to = new Date(Math.min(ceilTo(counted.to, grain).getTime(), floorTo(covered.to, grain).getTime()));
    if (from < to) await joinSpans(tx, grain, { from, to });
  }
}

const after = (at: Date, spans: number) => new Date(at.getTime() + spans * FINEST * 1_000);

/** The next spans to be counted beside what is covered: newer ones first, then older ones; null where there is nothing to do. */
async function nextSpan(tx: Sql, mark: Mark, spans: number): Promise<Span | "is whole" | null> {
  const [now] = await run<{ low: Date; next: Date | null }>(
    tx,
    sql`SELECT ${LOW_OF_NOW} AS low, (SELECT min(x.received_at) FROM token_use x WHERE x.received_at >= ${mark.until}::timestamptz) AS next`,
  );
  const closed = floorTo(now?.low ?? mark.until, FINEST);
  if (closed > mark.until) {
    // where nothing was used for a while there is nothing to count
    const from = now?.next ? floorTo(now.next, FINEST) : closed;
    if (from >= closed) return { from: closed, to: closed };
    return { from, to: new Date(Math.min(closed.getTime(), after(from, spans).getTime())) };
  }
  if (mark.isWhole) return null;
  const [before] = await run<{ last: Date | null }>(
    tx,
    sql`SELECT max(x.received_at) AS last FROM token_use x WHERE x.received_at < ${mark.from}::timestamptz`,
  );
  if (!before?.last) return "is whole";
  const to = after(floorTo(before.last, FINEST), 1);
  return { from: after(to, -spans), to };
}

/**
 * Spans that a seal says more came into since they were counted: from a writer that was frozen, or whose connection broke, longer than anybody waits. What every
 * writer put on record stands in its seals, each row in one; so nothing is missed for good.
 */
async function recountLate(tx: Sql, mark: Mark): Promise<Date> {
  const late = await run<{ at: Date }>(
    tx,
    sql`SELECT DISTINCT d.at FROM seal s CROSS JOIN LATERAL generate_series(date_bin(make_interval(secs => ${FINEST}::int), greatest(s.received_from,
        ${mark.from}::timestamptz), timestamptz 'epoch'), least(s.received_to, ${mark.until}::timestamptz - interval '1 millisecond'), make_interval(secs => ${FINEST}::int)) AS d(at)
      WHERE s.sealed_at > ${mark.sealedAt}::timestamptz - ${SEALS_AGAIN}::interval AND s.sealed_at <= clock_timestamp() + ${CLOCKS}::interval AND s.received_from < ${mark.until}::timestamptz AND s.received_to >= ${mark.from}::timestamptz
        AND NOT EXISTS (SELECT FROM use_rollup r WHERE r.grain = ${FINEST}::int AND r.at = d.at AND r.counted_at > s.sealed_at + ${CLOCKS}::interval AND r.counted_at <= clock_timestamp())
      ORDER BY d.at LIMIT ${LATE_AT_ONCE}::int`,
  );
  for (const { at } of late) {
    const span = { from: at, to: after(at, 1) };
    await countSpans(tx, span);
    await joinAbove(tx, span, { from: mark.from, to: mark.until });
  }
  if (late.length === LATE_AT_ONCE) return mark.sealedAt;
  const [last] = await run<{ sealedAt: Date | null }>(
    tx,
    sql`SELECT max(sealed_at) AS "sealedAt" FROM seal WHERE sealed_at <= clock_timestamp()`,
  );
  return last?.sealedAt ?? mark.sealedAt;
}

/**
 * Rolls up the next spans of the log, in one transaction with the mark that says from where until where it is done: whoever dies in between has done nothing. A
 * span is counted when no use that was received in it can still be on its way; whoever writes uses does nothing for it. One worker at a time.
 *
 * @param spans how many spans of the finest grain at most.
 * @returns whether there may be more at once.
 */
async function rollUpNext(db: SqlDatabase, spans = SPANS_FIRST): Promise<boolean> {
  return db.transaction(async (tx) => {
    const [taken] = await run<Taken>(tx, TAKE);
    if (taken === undefined) return false;
    const mark = ofNow(taken);
    const sealedAt = await recountLate(tx, mark);
    const next = await nextSpan(tx, mark, spans);
    const isWhole = mark.isWhole || next === "is whole";
    const span = next === null || next === "is whole" ? null : next;
    const from = new Date(Math.min(mark.from.getTime(), span?.from.getTime() ?? Number.POSITIVE_INFINITY));
    const until = new Date(Math.max(mark.until.getTime(), span?.to.getTime() ?? 0));
    if (span !== null) {
      if (span.from < span.to) await countSpans(tx, span);
      // with what was jumped over, where nothing was used
      const gained =
        span.to > mark.until ? { from: mark.until, to: span.to } : { from: span.from, to: mark.from };
      await joinAbove(tx, gained, { from, to: until });
    }
    await run(
      tx,
      sql`UPDATE use_rollup_mark SET from_at = ${from}::timestamptz, until_at = ${until}::timestamptz, sealed_at = ${sealedAt}::timestamptz, is_whole = ${isWhole}::boolean
        WHERE id = 1`,
    );
    return span !== null;
  });
}

export type RollUpOptions = {
  /** Ends it before the next step. */
  isHeld?: () => boolean;
  /** Called after a step with how long that took, in milliseconds: whoever writes uses has the database for half of the time. */
  rest?: (ms: number) => Promise<unknown>;
  /** Milliseconds after which no further step is begun. */
  forMs?: number;
};

/** Rolls up all that can be, step by step. @returns how many steps. */
export async function rollUpAll(
  db: SqlDatabase,
  { isHeld = () => false, rest = async () => {}, forMs = Number.POSITIVE_INFINITY }: RollUpOptions = {},
): Promise<number> {
  const startedAt = performance.now();
  let spans = SPANS_FIRST;
  for (let steps = 0; ; steps += 1) {
    if (isHeld() || performance.now() - startedAt > forMs) return steps;
    const began = performance.now();
    if (!(await rollUpNext(db, spans))) return steps;
    const tookMs = performance.now() - began;
    if (tookMs < STEP_MS.short) spans = Math.min(SPANS_MAX, spans * 2);
    else if (tookMs > STEP_MS.long) spans = Math.max(1, Math.floor(spans / 2));
    await rest(tookMs);
  }
}
