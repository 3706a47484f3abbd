import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { caseStateSql } from "./case-state.ts";
import { INCIDENT_COLUMNS, type IncidentRecord, incidentRowsOf } from "./incident-row.ts";
import type { CaseName, IncidentRow } from "./model.ts";
import type { Reader } from "./pick-case-tokens.ts";
import { openedUntil } from "./read-taken-secrets.ts";

/** Cases that one lists of others. */
const SHOWN = 10;

/** Some tokens by their ids, as `p`. */
const tokens = (ids: readonly string[]) =>
  sql`p AS MATERIALIZED (SELECT t.id, t.family_id, t.user_id, t.client_id, t.issued_at, t.rooted_at, t.expires_at
    FROM unnest(${ids}::uuid[]) AS n(id) JOIN token t ON t.issued_at = uuid_extract_timestamp(n.id) AND t.id = n.id)`;

/** Which cases hold which tokens of `p`: by themselves, by their family, or by their user or client from the window on until it was contained; what they got later is theirs by right; of a client whose secret leaked what was got with it. */
const NAMED = sql`SELECT p.id AS token_id, s.incident_id FROM p JOIN incident_subject s ON s.target_id = p.id
  UNION SELECT p.id, s.incident_id FROM p JOIN incident_subject s ON s.target_id = p.family_id
  UNION SELECT p.id, s.incident_id FROM p JOIN incident_subject s ON s.target_id IN (p.user_id, p.client_id) JOIN incident i ON i.id = s.incident_id
    WHERE p.expires_at > i.compromised_from AND CASE WHEN s.by_secret THEN p.user_id IS NULL AND p.rooted_at < ${openedUntil("s")}
      ELSE i.contained_at IS NULL OR p.issued_at < i.contained_at END`;

/** And by another token of their family: a case holds the families of its tokens. Each family is looked up once, however many of its tokens are asked for. */
const BY_SIBLINGS = sql`UNION SELECT p.id, x.incident_id FROM p JOIN (
  SELECT f.family_id, s.incident_id FROM (SELECT DISTINCT family_id FROM p) f CROSS JOIN LATERAL (SELECT DISTINCT s.incident_id FROM token t
    JOIN incident_subject s ON s.target_id = t.id WHERE t.family_id = f.family_id OFFSET 0) s) x ON x.family_id = p.family_id`;

/** The cases that are not closed and hold some tokens, by token, the newest first. Authorise before: this does not. */
export async function readOpenCasesOf(ctx: Reader, ids: readonly string[]): Promise<Map<string, CaseName[]>> {
  const cases = new Map<string, CaseName[]>();
  if (ids.length === 0) return cases;
  const rows = await run<CaseName & { tokenId: string }>(
    ctx.db,
    sql`WITH ${tokens(ids)}, held AS MATERIALIZED (${NAMED} ${BY_SIBLINGS}), stands AS MATERIALIZED (SELECT i.id, i.number, i.title, ${await caseStateSql(ctx)} AS state
        FROM incident i WHERE i.state <> 'closed' AND i.id IN (SELECT h.incident_id FROM held h))
      SELECT h.token_id AS "tokenId", i.number, i.title, i.state FROM held h JOIN stands i ON i.id = h.incident_id ORDER BY i.number DESC`,
  );
  for (const { tokenId, number, title, state } of rows)
    cases.set(tokenId, [...(cases.get(tokenId) ?? []), { number, title, state }]);
  return cases;
}

/** The newest of the cases, closed ones too, that hold some tokens, but for one case. Authorise before: this does not. */
export async function readOtherCasesOf(
  ctx: Reader,
  ids: readonly string[],
  besides: string,
): Promise<IncidentRow[]> {
  if (ids.length === 0) return [];
  const held: Fragment = sql`SELECT n.incident_id FROM (${NAMED}) n`;
  const records = await run<IncidentRecord>(
    ctx.db,
    sql`WITH ${tokens(ids)} SELECT i.id, ${INCIDENT_COLUMNS} FROM incident i
      WHERE i.id <> ${besides}::uuid AND i.id IN (${held}) ORDER BY i.number DESC LIMIT ${SHOWN}::int`,
  );
  return incidentRowsOf(ctx, records);
}
