import { IS_CREATOR_OUT } from "../api-tokens/get-api-token.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { FOUND_SECRET_ID, OWN_SECRETS_BY_FINDING } from "../scanners/own-secret-sql.ts";
import type { OwnSecretOfCase } from "./model.ts";
import type { Reader } from "./pick-case-tokens.ts";

/** Secrets of the product's own, `f`, that came into a case by a report, `g`. */
const OWN = sql`leak_report g JOIN leak_finding f ON f.report_id = g.id AND f.owner_id IS NOT NULL`;

/**
 * Whether the secret of a finding lives, and is taken, or `isHeld`: refused for nothing but that whose it is is disabled, or whoever made it cannot sign in, so that it works again with them. An API token lives until
 * it is revoked or expires, a secret of a verifier or scanner as long as that has it. Where a report from before does not say which of several it was, each counts that there was by then,
 * unless it was ended at once.
 */
function lives(now: Date, isHeld: boolean): Fragment {
  const owner = isHeld ? sql`o.disabled_at IS NOT NULL` : sql`o.disabled_at IS NULL`;
  const isMakerOut = sql`(k.created_by_id IS NOT NULL AND (a.id IS NULL OR ${IS_CREATOR_OUT}))`;
  const isAlive = sql`(k.expires_at IS NULL OR k.expires_at > ${now}::timestamptz)`;
  const isIt = sql`CASE WHEN f.secret_id IS NULL THEN f.outcome = 'case' AND k.created_at <= g.received_at ELSE k.id = f.secret_id END`;
  // by OFFSET 0 each API token is looked up by itself, where PostgreSQL would read all of them once for a case with many findings
  return sql`CASE f.kind
    WHEN 'api_token' THEN EXISTS (SELECT FROM api_token k LEFT JOIN admin a ON a.id = k.created_by_id WHERE k.id = f.owner_id AND k.revoked_at IS NULL AND ${isAlive}
      AND ${isHeld ? isMakerOut : sql`NOT ${isMakerOut}`} OFFSET 0)
    WHEN 'verifier_secret' THEN EXISTS (SELECT FROM verifier_secret k JOIN verifier o ON o.id = k.verifier_id AND ${owner}
      WHERE k.verifier_id = f.owner_id AND ${isIt} AND ${isAlive})
    ELSE EXISTS (SELECT FROM scanner_secret k JOIN scanner o ON o.id = k.scanner_id AND ${owner}
      WHERE k.scanner_id = f.owner_id AND ${isIt} AND ${isAlive}) END`;
}

/** Whether a secret of the product's own came into `incident i`. */
export const HAS_OWN_SECRETS = sql`EXISTS (SELECT FROM ${OWN} WHERE g.incident_id = i.id)`;

/** How many came into `incident i`. */
export const OWN_SECRET_COUNT = sql`(SELECT count(DISTINCT (f.kind, f.owner_id, ${FOUND_SECRET_ID}))::int FROM ${OWN} WHERE g.incident_id = i.id)`;

/** Whether one that came into `incident i` works. */
export function ownSecretWorks(now: Date): Fragment {
  return sql`EXISTS (SELECT FROM ${OWN} WHERE g.incident_id = i.id AND ${lives(now, false)})`;
}

/** Whether one that came into `incident i` is only held. */
export function ownSecretIsHeld(now: Date): Fragment {
  return sql`EXISTS (SELECT FROM ${OWN} WHERE g.incident_id = i.id AND ${lives(now, true)})`;
}

/** Secrets of the product's own that came into a case, each once, those that work first, then those that may again. Authorise before: this does not. */
export async function readOwnSecrets({ db, now }: Reader, incidentId: string): Promise<OwnSecretOfCase[]> {
  const rows = await run<Omit<OwnSecretOfCase, "until"> & { until: Date | null }>(
    db,
    sql`SELECT f.kind, f.owner_id AS "ownerId", max(f.name) AS name, max(f.secret_hint) AS hint, bool_or(${lives(now, false)}) AS works,
        bool_or(${lives(now, true)}) AS "isHeld", max(x.expires_at) AS until
      FROM ${OWN} LEFT JOIN LATERAL ${OWN_SECRETS_BY_FINDING} x ON true
      WHERE g.incident_id = ${incidentId}::uuid GROUP BY f.kind, f.owner_id, ${FOUND_SECRET_ID} ORDER BY 5 DESC, 6 DESC, min(g.received_at), 3, 4`,
  );
  return rows.map((row) => ({ ...row, until: row.until?.toISOString() ?? null }));
}
