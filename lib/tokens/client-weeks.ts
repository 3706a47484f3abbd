import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { TokenState } from "./model.ts";
import type { Tally } from "./read-tally.ts";

/** Of tokens that neither were revoked nor exchanged: neither comes undone, so that a week which has none will never have one. */
const GOOD: ReadonlySet<TokenState> = new Set(["active", "suspended", "not_yet_valid", "expired"]);

/**
 * What the tally says without the weeks in which each of some clients' tokens was revoked or exchanged, where those are no states that are asked for. After a
 * client was taken back they are all that it has: its expired tokens, of which there are none, took looking at each.
 */
export async function withoutEndedWeeks(
  db: Sql,
  tally: Tally,
  { clientIds, states }: { clientIds: readonly string[] | null; states: readonly TokenState[] },
): Promise<Tally> {
  if (clientIds === null || states.length === 0 || !states.every((state) => GOOD.has(state))) return tally;
  const rows = await run<{ week: Date; isEnded: boolean }>(
    db,
    // weeks that are not counted whole are kept
    sql`SELECT y.week, sum(CASE WHEN y.facet IN ('expires', 'both') THEN y.tokens ELSE -y.tokens END) = 0 AS "isEnded" FROM token_client_tally y
      WHERE y.client_id = ANY (${clientIds}::uuid[]) AND y.week + interval '7 days' <= (SELECT m.times_until FROM token_client_tally_mark m) GROUP BY 1`,
  );
  const ended = new Set(rows.filter(({ isEnded }) => isEnded).map(({ week }) => week.getTime()));
  if (ended.size === 0) return tally;
  const weeks = tally.weeks.filter(({ of }) => !ended.has(of.getTime()));
  const sum = (some: Tally["weeks"]) => some.reduce((tokens, week) => tokens + week.tokens, 0);
  const share = sum(weeks) / Math.max(1, sum(tally.weeks));
  return { ...tally, weeks, expected: tally.expected * share, isExact: false };
}
