import { run, sql } from "../list-query/sql-fragment.ts";
import { IS_CANCELLED } from "../revocations/order-row.ts";
import { isLive, readCaseTokens } from "./case-tokens.ts";
import type { Reader } from "./pick-case-tokens.ts";

/** What of a case works now. */
export type StillWorking = { working: number; tokens: number; isCut: boolean };

/**
 * How many of a case's tokens work. What a user or client of the case got after they were revoked is theirs by right: they signed in again, or use their new
 * secret; it counts where it is of a family that the case names. Authorise before: this does not.
 */
export async function readStillWorking(
  ctx: Reader,
  incident: { id: string; compromisedFrom: Date },
): Promise<StillWorking> {
  const { rows, isCut } = await readCaseTokens(ctx, incident);
  const live = rows.filter(isLive).map(({ id }) => id);
  if (live.length === 0) return { working: 0, tokens: rows.length, isCut };
  const [row] = await run<{ working: bigint }>(
    ctx.db,
    sql`WITH s AS MATERIALIZED (SELECT x.kind, x.target_id::text AS id FROM incident_subject x WHERE x.incident_id = ${incident.id}::uuid),
        family AS MATERIALIZED (SELECT s.id FROM s WHERE s.kind = 'family' UNION SELECT n.family_id::text FROM s
          JOIN token n ON n.issued_at = uuid_extract_timestamp(s.id::uuid) AND n.id = s.id::uuid WHERE s.kind = 'token')
      SELECT count(*) AS working FROM unnest(${live}::uuid[]) AS p(id) JOIN token t ON t.issued_at = uuid_extract_timestamp(p.id) AND t.id = p.id
      WHERE t.family_id::text IN (SELECT f.id FROM family f) OR EXISTS (SELECT FROM s WHERE (s.kind, s.id) IN (('user', t.user_id::text), ('client', t.client_id::text))
        AND NOT EXISTS (SELECT FROM revocation_order o WHERE o.target_kind = s.kind AND o.target_id = s.id AND o.verb = 'revoke' AND o.cutoff < t.rooted_at
          AND o.effective_from <= ${ctx.now}::timestamptz AND NOT ${IS_CANCELLED}))`,
  );
  return { working: Number(row?.working ?? 0), tokens: rows.length, isCut };
}
