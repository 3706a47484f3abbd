import {
  API_TOKEN_COLUMNS,
  API_TOKEN_FROM,
  type ApiTokenRecord,
  apiTokenRowOf,
} from "../api-tokens/get-api-token.ts";
import {
  ENTRY_COLUMNS,
  ENTRY_DETAIL_COLUMNS,
  type EntryDetailRecord,
  type EntryRecord,
  entryDetailOf,
  entryRowOf,
} from "../audit/entry-record.ts";
import type { AuditEntryDetail } from "../audit/model.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { ACT_PHASES, type ActPhase, type LeakedActs } from "./leaked-model.ts";
import type { LeakedApiTokens } from "./model.ts";
import type { Reader } from "./pick-case-tokens.ts";

/** API tokens that are named; the acts of all of them count. */
const NAMED = 50;
/** Acts that are looked at: the newest of each API token, and of all together. */
const LOOKED_AT = 10_000;

/** API tokens that were reported into a case, and all that was made with them at every depth, whether over or not. */
const LEAKED = (incidentId: string) => sql`WITH RECURSIVE leaked AS (
    SELECT f.owner_id AS id, true AS is_reported FROM leak_report g JOIN leak_finding f ON f.report_id = g.id AND f.kind = 'api_token' WHERE g.incident_id = ${incidentId}::uuid
    UNION SELECT c.id, false FROM leaked m JOIN api_token c ON c.made_by_token_id = m.id),
  own AS MATERIALIZED (SELECT m.id, bool_or(m.is_reported) AS is_reported FROM leaked m GROUP BY m.id)`;

/** The API tokens of a case, by their names. Authorise before: this does not. */
export async function readLeakedApiTokens({ db, now }: Reader, incidentId: string): Promise<LeakedApiTokens> {
  const records = await run<ApiTokenRecord & { isReported: boolean; total: number }>(
    db,
    sql`${LEAKED(incidentId)} SELECT t.id, ${API_TOKEN_COLUMNS}, o.is_reported AS "isReported", count(*) OVER ()::int AS total
      FROM ${API_TOKEN_FROM} JOIN own o ON o.id = t.id ORDER BY o.is_reported DESC, t.created_at, t.id LIMIT ${NAMED}::int`,
  );
  const rows = records.map((record) => {
    const { id, name, role, state, madeByToken, createdAt, expiresAt, revokedAt, lastUsedAt, lastUsedIp } =
      apiTokenRowOf(record, now);
    const times = { createdAt, expiresAt, revokedAt, lastUsedAt, lastUsedIp };
    return { id, name, role, state, madeByToken, ...times, isReported: record.isReported };
  });
  return { rows, more: (records[0]?.total ?? 0) - rows.length };
}

type Found = { phase: ActPhase; total: number; counts: Record<ActPhase, number> };
type Case = { id: string; compromisedFrom: Date };

async function readActs<Entry extends EntryRecord, Row>(
  { db, now }: Reader,
  { id, compromisedFrom }: Case,
  {
    columns,
    rowOf,
    lines,
    lookedAt = LOOKED_AT,
  }: { columns: Fragment; rowOf: (record: Entry) => Row; lines: number; lookedAt?: number | undefined },
): Promise<LeakedActs<Row>> {
  const records = await run<Entry & Found>(
    db,
    sql`${LEAKED(id)},
      found AS (
        (SELECT x.sequence, x.at, o.id, true AS is_by FROM own o CROSS JOIN LATERAL (SELECT e.sequence, e.at FROM audit_entry e
          WHERE e.actor_id = o.id::text AND e.actor_kind = 'api_token' ORDER BY e.at DESC LIMIT ${lookedAt + 1}::int) x)
        UNION ALL
        (SELECT x.sequence, x.at, o.id, false FROM own o CROSS JOIN LATERAL (SELECT e.sequence, e.at FROM audit_entry e
          WHERE e.target_kind = 'api_token' AND e.target_id = o.id::text ORDER BY e.at DESC LIMIT ${lookedAt + 1}::int) x)),
      each AS (SELECT DISTINCT ON (f.sequence) f.* FROM found f ORDER BY f.sequence DESC, f.is_by DESC LIMIT ${lookedAt + 1}::int),
      phased AS MATERIALIZED (SELECT n.sequence, n.at, CASE WHEN n.at < ${compromisedFrom}::timestamptz THEN 'before'
          WHEN n.at > least(t.revoked_at, CASE WHEN t.expires_at <= ${now}::timestamptz THEN t.expires_at END) THEN 'after' ELSE 'during' END AS phase
        FROM each n JOIN api_token t ON t.id = n.id)
      SELECT ${columns}, p.phase, (SELECT count(*) FROM phased)::int AS total,
        (SELECT jsonb_object_agg(k.phase, k.count) FROM (SELECT a.phase, count(*) FROM phased a GROUP BY 1) k) AS counts
      FROM phased p JOIN audit_entry e ON e.sequence = p.sequence ORDER BY p.sequence DESC LIMIT ${lines}::int`,
  );
  const [first] = records;
  const counts = Object.fromEntries(
    ACT_PHASES.map((phase) => [phase, first?.counts[phase] ?? 0]),
  ) as LeakedActs["counts"];
  const total = first?.total ?? 0;
  return {
    counts,
    isExact: total <= lookedAt,
    rows: records.map((record) => ({ ...rowOf(record), phase: record.phase })),
    more: total - records.length,
  };
}

/**
 * What the leaked API tokens of a case did, and what was done to them, from when each was made: by the audit log, split by the case's window. Counts, and the newest `lines`. Authorise before: this does not.
 */
export function readLeakedActs(
  ctx: Reader,
  incident: Case,
  lines: number,
  lookedAt?: number,
): Promise<LeakedActs> {
  return readActs<EntryRecord, ReturnType<typeof entryRowOf>>(ctx, incident, {
    columns: ENTRY_COLUMNS,
    rowOf: entryRowOf,
    lines,
    lookedAt,
  });
}

/** The same with what each act changed. */
export function readLeakedActsWhole(
  ctx: Reader,
  incident: Case,
  lines: number,
): Promise<LeakedActs<AuditEntryDetail>> {
  return readActs<EntryDetailRecord, AuditEntryDetail>(ctx, incident, {
    columns: ENTRY_DETAIL_COLUMNS,
    rowOf: entryDetailOf,
    lines,
  });
}
