import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { Reader } from "./pick-case-tokens.ts";

/**
 * The clients, by their client ids, whose secret a scanner reported into a case and that still get tokens by a secret from before that report: which of several leaked is
 * not kept, so that each of them counts. Authorise before: this does not.
 */
export async function readTakenSecrets({ db, now }: Reader, incidentId: string): Promise<string[]> {
  const rows = await run<{ clientId: string }>(
    db,
    sql`SELECT DISTINCT c.client_id AS "clientId" FROM leak_report r JOIN leak_finding f ON f.report_id = r.id AND f.kind = 'client_secret'
      JOIN client c ON c.id = f.client_id AND c.disabled_at IS NULL JOIN client_secret s ON s.client_id = c.id
      WHERE r.incident_id = ${incidentId}::uuid AND s.created_at <= r.received_at AND (s.expires_at IS NULL OR s.expires_at > ${now}::timestamptz)
      ORDER BY c.client_id`,
  );
  return rows.map(({ clientId }) => clientId);
}

/** Open cases that a scanner reported a secret of this client into. */
export async function listCasesOfSecret(db: Sql, clientId: string): Promise<number[]> {
  const rows = await run<{ number: number }>(
    db,
    sql`SELECT DISTINCT i.number FROM leak_finding f JOIN leak_report r ON r.id = f.report_id JOIN incident i ON i.id = r.incident_id
      WHERE f.client_id = ${clientId}::uuid AND f.kind = 'client_secret' AND i.state <> 'closed' ORDER BY i.number`,
  );
  return rows.map(({ number }) => number);
}
