import { run, sql } from "../list-query/sql-fragment.ts";
import { holderCounts, OPENED_BY } from "./case-state.ts";
import { isLive, readCaseTokens } from "./case-tokens.ts";
import type { Reader } from "./pick-case-tokens.ts";

/** What of a case works now, and what is only suspended. */
export type StillWorking = { working: number; suspended: number; tokens: number; isCut: boolean };

/**
 * How many of a case's tokens work, and how many are only suspended: what makes it open or held (`caseStateSql`), in numbers. What a user or client of the case got after they were revoked is theirs by right; it counts where it is of a
 * family that the case names. Authorise before: this does not.
 */
export async function readStillWorking(
  ctx: Reader,
  incident: { id: string; compromisedFrom: Date },
): Promise<StillWorking> {
  const { rows, isCut } = await readCaseTokens(ctx, incident);
  const working = rows.filter(isLive).map(({ id }) => id);
  const suspended = rows.flatMap(({ id, state }) => (state === "suspended" ? [id] : []));
  const tokens = rows.length;
  if (working.length + suspended.length === 0) return { working: 0, suspended: 0, tokens, isCut };
  const [row] = await run<{ working: number; suspended: number }>(
    ctx.db,
    sql`WITH s AS MATERIALIZED (SELECT * FROM incident_subject x WHERE x.incident_id = ${incident.id}::uuid),
        family AS MATERIALIZED (SELECT s.target_id AS id FROM s WHERE s.kind = 'family' UNION SELECT n.family_id FROM s
          JOIN token n ON n.issued_at = uuid_extract_timestamp(s.target_id) AND n.id = s.target_id WHERE s.kind = 'token')
      SELECT count(*) FILTER (WHERE p.works)::int AS working, count(*) FILTER (WHERE NOT p.works)::int AS suspended
      FROM (SELECT unnest(${working}::uuid[]) AS id, true AS works UNION ALL SELECT unnest(${suspended}::uuid[]), false) p
        JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id
      WHERE t.family_id IN (SELECT f.id FROM family f) OR EXISTS (SELECT FROM s x WHERE ((x.kind = 'user' AND x.target_id = t.user_id)
        OR (x.kind = 'client' AND x.target_id = t.client_id)) AND ${holderCounts(ctx.now)} AND ${OPENED_BY})`,
  );
  return { working: row?.working ?? 0, suspended: row?.suspended ?? 0, tokens, isCut };
}
