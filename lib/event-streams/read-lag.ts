import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { type ChainLag, LAG_MAX, type OutcomeFilter, type Source } from "./model.ts";
import { IN_ORDER, isOutstanding, ofPresent, snapshotsOf, type UsesPosition } from "./uses-position.ts";

type Behind = { looked: number; count: number; since: Date | null };
const NOTHING: Behind = { looked: 0, count: 0, since: null };

export type LagOf = {
  sources: readonly Source[];
  outcome: OutcomeFilter;
  clientIds: readonly string[];
  actsSequence: bigint;
  uses: UsesPosition;
};

/** How much of the log a stream has still to send, as far as LAG_MAX rows of each chain tell, and since when the first of it waits. */
export async function readLag(db: Sql, stream: LagOf): Promise<ChainLag> {
  const acts = stream.sources.includes("acts") ? await readActsLag(db, stream) : NOTHING;
  const uses = stream.sources.includes("uses") ? await readUsesLag(db, stream) : NOTHING;
  const since = [acts.since, uses.since]
    .filter((at) => at !== null)
    .sort((a, b) => a.getTime() - b.getTime());
  const count = acts.count + uses.count;
  return {
    count: Math.min(count, LAG_MAX),
    isMore: count > LAG_MAX || [acts, uses].some(({ looked }) => looked >= LAG_MAX),
    since: since[0]?.toISOString() ?? null,
  };
}

async function behind(db: Sql, page: Fragment, wanted: Fragment, at: Fragment): Promise<Behind> {
  const [row] = await run<Behind>(
    db,
    sql`${page} SELECT count(*)::int AS looked, count(*) FILTER (WHERE ${wanted})::int AS count, min(${at}) FILTER (WHERE ${wanted}) AS since FROM page x`,
  );
  return row ?? NOTHING;
}

function readActsLag(db: Sql, { actsSequence, outcome }: LagOf): Promise<Behind> {
  return behind(
    db,
    sql`WITH page AS MATERIALIZED (SELECT e.at, e.outcome FROM audit_entry e WHERE e.sequence > ${actsSequence}::bigint ORDER BY e.sequence LIMIT ${LAG_MAX}::int)`,
    sql`${outcome}::text = 'all' OR x.outcome = ${outcome}::text`,
    sql`x.at`,
  );
}

/** From the key on for what is being sent, and everything of the log that came after. */
async function readUsesLag(db: Sql, { uses, outcome, clientIds }: LagOf): Promise<Behind> {
  const wanted = sql`(${outcome}::text = 'all' OR x.outcome = ${outcome}::text)
    AND (cardinality(${clientIds}::uuid[]) = 0 OR x.client_id = ANY (${clientIds}::uuid[]))`;
  const page = async (from: UsesPosition) => {
    const position = await ofPresent(db, from);
    return behind(
      db,
      sql`WITH ${snapshotsOf(position)}, page AS MATERIALIZED (
        SELECT x.received_at, x.outcome, x.client_id FROM now n, token_use x WHERE ${isOutstanding(position)} ORDER BY ${IN_ORDER} LIMIT ${LAG_MAX}::int)`,
      wanted,
      sql`x.received_at`,
    );
  };
  const begun = await page(uses);
  if (uses.epoch === null) return begun;
  const later = await page({
    base: uses.epoch,
    low: uses.epochLow ?? uses.low,
    epoch: null,
    epochLow: null,
    key: null,
  });
  return {
    looked: Math.max(begun.looked, later.looked),
    count: begun.count + later.count,
    since: begun.since ?? later.since,
  };
}
