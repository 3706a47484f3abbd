import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import { OWN_SECRETS } from "../scanners/own-secret-sql.ts";
import type { OwnSecretOfCase } from "./model.ts";
import type { Reader } from "./pick-case-tokens.ts";

/** Secrets of the product's own, `f`, that came into a case by a report, `g`. */
const OWN = sql`leak_report g JOIN leak_finding f ON f.report_id = g.id AND f.owner_id IS NOT NULL`;

/**
 * Whether the secret of a finding works: of an API token until it is revoked or expires, of a verifier or scanner as long as that is enabled and has it. Where a report from before does not
 * say which of several it was, each counts that there was by then, unless it was ended at once.
 */
function stillWorks(now: Date): Fragment {
  const isAlive = sql`(k.expires_at IS NULL OR k.expires_at > ${now}::timestamptz)`;
  const isIt = sql`CASE WHEN f.secret_id IS NULL THEN f.outcome = 'case' AND k.created_at <= g.received_at ELSE k.id = f.secret_id END`;
  return sql`CASE f.kind
    WHEN 'api_token' THEN EXISTS (SELECT FROM api_token k WHERE k.id = f.owner_id AND k.revoked_at IS NULL AND ${isAlive})
    WHEN 'verifier_secret' THEN EXISTS (SELECT FROM verifier_secret k JOIN verifier o ON o.id = k.verifier_id AND o.disabled_at IS NULL
      WHERE k.verifier_id = f.owner_id AND ${isIt} AND ${isAlive})
    ELSE EXISTS (SELECT FROM scanner_secret k JOIN scanner o ON o.id = k.scanner_id AND o.disabled_at IS NULL
      WHERE k.scanner_id = f.owner_id AND ${isIt} AND ${isAlive}) END`;
}

/** Whether a secret of the product's own came into `incident i`. */
export const HAS_OWN_SECRETS = sql`EXISTS (SELECT FROM ${OWN} WHERE g.incident_id = i.id)`;

/** Whether one that came into `incident i` works. */
export function ownSecretWorks(now: Date): Fragment {
  return sql`EXISTS (SELECT FROM ${OWN} WHERE g.incident_id = i.id AND ${stillWorks(now)})`;
}

/** Secrets of the product's own that came into a case, each once, those that work first. Authorise before: this does not. */
export async function readOwnSecrets({ db, now }: Reader, incidentId: string): Promise<OwnSecretOfCase[]> {
  const rows = await run<Omit<OwnSecretOfCase, "until"> & { until: Date | null }>(
    db,
    sql`SELECT f.kind, f.owner_id AS "ownerId", max(f.name) AS name, max(f.secret_hint) AS hint, bool_or(${stillWorks(now)}) AS works, max(k.expires_at) AS until
      FROM ${OWN} LEFT JOIN ${OWN_SECRETS} k ON k.kind = f.kind AND k.id = f.secret_id
      WHERE g.incident_id = ${incidentId}::uuid GROUP BY f.kind, f.owner_id, f.secret_id ORDER BY 5 DESC, min(g.received_at), 3, 4`,
  );
  return rows.map((row) => ({ ...row, until: row.until?.toISOString() ?? null }));
}
