import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { OpenedBySecret } from "./model.ts";
import type { Reader } from "./pick-case-tokens.ts";

/** Secrets `l` of clients of which a secret was reported into a case: which of several leaked is not kept, so that each that there was at the report `r` counts. */
export const REPORTED_SECRETS = sql`leak_report r JOIN leak_finding f ON f.report_id = r.id AND f.kind = 'client_secret' JOIN client_secret l ON l.client_id = f.client_id`;

const stillTaken = (now: Date) =>
  sql`l.created_at <= r.received_at AND (l.expires_at IS NULL OR l.expires_at > ${now}::timestamptz)`;

/** Whether a secret that leaked into `incident i` still gets tokens. */
export function takenSecrets(now: Date): Fragment {
  return sql`EXISTS (SELECT FROM ${REPORTED_SECRETS} JOIN client lc ON lc.id = f.client_id AND lc.disabled_at IS NULL
    WHERE r.incident_id = i.id AND ${stillTaken(now)})`;
}

/**
 * The clients, by their client ids, whose secret a scanner reported into a case and that still get tokens by a secret from before that report. Authorise before: this does not.
 */
export async function readTakenSecrets({ db, now }: Reader, incidentId: string): Promise<string[]> {
  const rows = await run<{ clientId: string }>(
    db,
    sql`SELECT DISTINCT c.client_id AS "clientId" FROM ${REPORTED_SECRETS} JOIN client c ON c.id = f.client_id AND c.disabled_at IS NULL
      WHERE r.incident_id = ${incidentId}::uuid AND ${stillTaken(now)} ORDER BY c.client_id`,
  );
  return rows.map(({ clientId }) => clientId);
}

/** What whoever has a secret that was reported into a case gets by it, by the client's registration of now. Authorise before: this does not. */
export async function readOpenedBySecrets(
  { db, now }: Reader,
  incidentId: string,
): Promise<OpenedBySecret[]> {
  return run<OpenedBySecret>(
    db,
    sql`SELECT c.id AS "clientId", c.client_id AS name, 'client_credentials' = ANY (c.grant_types) AS "isEnough",
        c.disabled_at IS NULL AND bool_or(${stillTaken(now)}) AS "isTaken",
        ARRAY(SELECT p.name FROM client_permission cp JOIN permission p ON p.id = cp.permission_id WHERE cp.client_id = c.id ORDER BY p.name) AS permissions,
        ARRAY(SELECT DISTINCT a.name FROM client_permission cp JOIN permission p ON p.id = cp.permission_id JOIN audience a ON a.id = p.audience_id
          WHERE cp.client_id = c.id ORDER BY a.name) AS audiences
      FROM ${REPORTED_SECRETS} JOIN client c ON c.id = f.client_id WHERE r.incident_id = ${incidentId}::uuid GROUP BY c.id ORDER BY c.client_id`,
  );
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
