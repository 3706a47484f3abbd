import { USE_COLUMNS, USE_JOINS, type UseRecord, useRowOf } from "../audit/use-record.ts";
import { uuidv7Time } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { Reader, TokenEnd } from "./case-tokens.ts";
import { type IncidentUses, PHASES, type Phase, type PhaseCount } from "./model.ts";

/** Uses that are looked at: the newest of a case of tokens that are used by the million. */
const LOOKED_AT = 200_000;

type Case = { id: string; compromisedFrom: Date };
type CountRecord = { phase: Phase; outcome: "issued" | "allowed" | "refused"; uses: number };

const NONE: PhaseCount = { uses: 0, allowed: 0, refused: 0, issued: 0 };

/** One of PHASES for `token_use x` of a token that ended at `e.ended_at`. */
function phaseOf(compromisedFrom: Date) {
  return sql`CASE WHEN x.outcome = 'refused' AND x.at >= e.ended_at THEN 'refused_after'
    WHEN x.outcome = 'allowed' AND e.was_taken_back AND x.at > e.ended_at THEN 'accepted_after'
    WHEN x.at < ${compromisedFrom}::timestamptz THEN 'before' ELSE 'during' END`;
}

/**
 * The uses of a case's tokens, split by its window: before it, during it, and after each token had ended, refused or still accepted. Counts, and the newest
 * `lines` of each. Authorise before: this does not.
 *
 * @param ends when each of the tokens ended.
 */
export async function readCaseUses(
  ctx: Reader,
  { id, compromisedFrom }: Case,
  ends: ReadonlyMap<string, TokenEnd>,
  lines: number,
): Promise<IncidentUses> {
  const ids = [...ends.keys()];
  // nothing happens to a token before it is issued: the oldest leaves older partitions out
  const oldest = ids.toSorted()[0];
  const since = new Date((oldest === undefined ? 0 : (uuidv7Time(oldest)?.getTime() ?? 0)) - 60_000);
  const uses = sql`WITH e AS MATERIALIZED (SELECT * FROM unnest(${ids}::uuid[], ${[...ends.values()].map(({ endedAt }) => endedAt)}::timestamptz[],
        ${[...ends.values()].map(({ wasTakenBack }) => wasTakenBack)}::boolean[]) AS e(token_id, ended_at, was_taken_back)),
      u AS MATERIALIZED (SELECT x.id, x.received_at, x.token_id, x.at, x.outcome, ${phaseOf(compromisedFrom)} AS phase
        FROM token_use x JOIN e ON e.token_id = x.token_id
        WHERE x.token_id = ANY (ARRAY (SELECT e.token_id FROM e)) AND x.received_at >= ${since}::timestamptz
        ORDER BY x.received_at DESC, x.id DESC LIMIT ${LOOKED_AT + 1}::int)`;
  const [counts, records, marks] = await Promise.all([
    run<CountRecord>(
      ctx.db,
      sql`${uses} SELECT u.phase, u.outcome, count(*)::int AS uses FROM u GROUP BY 1, 2`,
    ),
    run<UseRecord & { phase: Phase }>(
      ctx.db,
      sql`${uses}, n AS (SELECT u.*, row_number() OVER (PARTITION BY u.phase ORDER BY u.at DESC, u.id DESC) AS place FROM u)
        SELECT n.phase, ${USE_COLUMNS} FROM n JOIN token_use x ON x.received_at = n.received_at AND x.id = n.id ${USE_JOINS}
        WHERE n.place <= ${lines}::int ORDER BY x.at DESC, x.id DESC`,
    ),
    run<{ id: string }>(
      ctx.db,
      sql`SELECT DISTINCT n.use_id AS id FROM incident_note n WHERE n.incident_id = ${id}::uuid AND n.use_id IS NOT NULL`,
    ),
  ]);
  const marked = new Set(marks.map((mark) => mark.id));
  const rows = records.map((record) => ({
    ...useRowOf(record),
    phase: record.phase,
    isMarked: marked.has(record.id),
  }));
  const found = Object.fromEntries(PHASES.map((phase) => [phase, { ...NONE }])) as Record<Phase, PhaseCount>;
  for (const { phase, outcome, uses: count } of counts) {
    found[phase].uses += count;
    found[phase][outcome] += count;
  }
  const shown = (phase: Phase) => rows.filter((row) => row.phase === phase).length;
  return {
    compromisedFrom: compromisedFrom.toISOString(),
    counts: found,
    isExact: Object.values(found).reduce((sum, { uses: count }) => sum + count, 0) <= LOOKED_AT,
    rows,
    more: Object.fromEntries(PHASES.map((phase) => [phase, found[phase].uses - shown(phase)])) as Record<
      Phase,
      number
    >,
  };
}
