import { type MapRecord, mapOf } from "../audit/use-map.ts";
import { USE_COLUMNS, USE_JOINS, type UseRecord, useRowOf } from "../audit/use-record.ts";
import { uuidv7Time } from "../ids.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { networks } from "../places/our-networks.ts";
import { readClockSkew } from "../tokens/state-sql.ts";
import { type IncidentUses, PHASES, type Phase, type PhaseCount } from "./model.ts";
import type { Reader } from "./pick-case-tokens.ts";
import type { Refusal } from "./read-refusals.ts";

/** Uses that are looked at, of all tokens together. */
const LOOKED_AT = 200_000;
/** Uses that are looked at of each token however many there are. */
const OF_EACH_AT_LEAST = 1_000;

export type UsesBounds = { ofToken: number; inAll: number };

type Case = { id: string; compromisedFrom: Date };
type CountRecord = {
  phase: Phase;
  outcome: "issued" | "allowed" | "refused";
  uses: number;
  tokensCut: number;
  lastPlace: number;
};

const NONE: PhaseCount = { uses: 0, allowed: 0, refused: 0, issued: 0 };

/** Some stretches of time as PostgreSQL reads a multirange; bounds as `open` and `close` have them. */
function multirange(refusals: readonly Refusal[], [open, close]: readonly [string, string]): string {
  const ranges = refusals
    .filter(({ from, until }) => until === null || until > from)
    .map(
      ({ from, until }) =>
        `${open}"${from.toISOString()}",${until === null ? "" : until.toISOString()}${close}`,
    );
  return `{${ranges.join(",")}}`;
}

/**
 * One of PHASES for `token_use x` of a token of `e`. A report carries the clock of its verifier, which may differ from ours by the organisation's clock skew
 * (`judgeReport` takes it in up to that): within the tolerance of an edge a use counts as during the window rather than before it, a refusal as after the token's end,
 * and nothing as accepted after it.
 */
function phaseOf(compromisedFrom: Date, toleranceSeconds: number): Fragment {
  const tolerance = sql`make_interval(secs => CASE WHEN x.source = 'report' THEN ${toleranceSeconds}::int ELSE 0 END)`;
  const around = sql`tstzrange(x.at - ${tolerance}, x.at + ${tolerance}, '[]')`;
  return sql`CASE WHEN x.outcome = 'refused' AND e.refused && ${around} THEN 'refused_after'
    WHEN x.outcome = 'allowed' AND e.taken_back @> ${around} THEN 'accepted_after'
    WHEN x.at + ${tolerance} < ${compromisedFrom}::timestamptz THEN 'before' ELSE 'during' END`;
}

function boundsFor(tokens: number): UsesBounds {
  return {
    ofToken: Math.max(OF_EACH_AT_LEAST, Math.floor(LOOKED_AT / Math.max(1, tokens))),
    inAll: LOOKED_AT,
  };
}

/**
 * The uses of a case's tokens, split by its window: before it, during it, and while each token was refused, refused or still accepted. Counts, and the newest
 * `lines` of each. Of each token the newest `bounds.ofToken` are looked at, `bounds.inAll` together, in the order of `refusals`. Authorise before: this does not.
 *
 * @param refusals when each of the tokens was refused.
 */
export async function readCaseUses(
  ctx: Reader,
  { id, compromisedFrom }: Case,
  refusals: ReadonlyMap<string, readonly Refusal[]>,
  lines: number,
  bounds: UsesBounds = boundsFor(refusals.size),
): Promise<IncidentUses> {
  const ids = [...refusals.keys()];
  const all = [...refusals.values()];
  const takenBack = all.map((some) =>
    some.flatMap(({ wasTakenBack, holdsFrom, ...rest }) =>
      wasTakenBack ? [{ ...rest, wasTakenBack, holdsFrom, from: holdsFrom }] : [],
    ),
  );
  const toleranceSeconds = await readClockSkew(ctx.db);
  // nothing happens to a token before it is issued: the oldest leaves older partitions out
  const oldest = ids.toSorted()[0];
  const since = new Date((oldest === undefined ? 0 : (uuidv7Time(oldest)?.getTime() ?? 0)) - 60_000);
  const uses = sql`WITH e AS MATERIALIZED (SELECT e.token_id, e.place, e.refused::tstzmultirange, e.taken_back::tstzmultirange
        FROM unnest(${ids}::uuid[], ${all.map((some) => multirange(some, ["[", "]"]))}::text[], ${takenBack.map((some) => multirange(some, ["(", ")"]))}::text[])
          WITH ORDINALITY AS e(token_id, refused, taken_back, place)),
      u AS MATERIALIZED (SELECT x.id, x.received_at, e.place, x.at, x.outcome, x.country, x.ip, ${phaseOf(compromisedFrom, toleranceSeconds)} AS phase
        FROM e CROSS JOIN LATERAL (SELECT x.* FROM token_use x WHERE x.token_id = e.token_id AND x.received_at >= ${since}::timestamptz
          ORDER BY x.received_at DESC LIMIT ${bounds.ofToken + 1}::int) x LIMIT ${bounds.inAll + 1}::int)`;
  const [counts, places, records, marks] = await Promise.all([
    run<CountRecord>(
      ctx.db,
      sql`${uses}, o AS MATERIALIZED (SELECT u.place, count(*) AS uses FROM u GROUP BY 1)
        SELECT u.phase, u.outcome, count(*)::int AS uses, (SELECT count(*) FROM o WHERE o.uses > ${bounds.ofToken}::int)::int AS "tokensCut",
          (SELECT max(o.place) FROM o)::int AS "lastPlace" FROM u GROUP BY 1, 2`,
    ),
    run<MapRecord>(
      ctx.db,
      sql`${uses} SELECT u.country, u.ip, u.phase AS series, count(*)::int AS uses, min(u.at) AS first, max(u.at) AS last FROM u GROUP BY 1, 2, 3`,
    ),
    run<UseRecord & { phase: Phase }>(
      ctx.db,
      sql`${uses}, n AS (SELECT u.*, row_number() OVER (PARTITION BY u.phase ORDER BY u.at DESC, u.id DESC) AS row FROM u)
        SELECT n.phase, ${USE_COLUMNS} FROM n JOIN token_use x ON x.received_at = n.received_at AND x.id = n.id ${USE_JOINS}
        WHERE n.row <= ${lines}::int ORDER BY x.at DESC, x.id DESC`,
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
  const total = Object.values(found).reduce((sum, { uses: count }) => sum + count, 0);
  const isFull = total > bounds.inAll;
  const tokensCut = counts[0]?.tokensCut ?? 0;
  const shown = (phase: Phase) => rows.filter((row) => row.phase === phase).length;
  return {
    compromisedFrom: compromisedFrom.toISOString(),
    toleranceSeconds,
    counts: found,
    isExact: !isFull && tokensCut === 0,
    bounds: {
      ...bounds,
      tokensCut,
      tokensLeftOut: isFull ? ids.length - (counts[0]?.lastPlace ?? 0) : 0,
    },
    map: mapOf(places, { isCut: isFull || tokensCut > 0, ...networks() }),
    rows,
    more: Object.fromEntries(PHASES.map((phase) => [phase, found[phase].uses - shown(phase)])) as Record<
      Phase,
      number
    >,
  };
}
