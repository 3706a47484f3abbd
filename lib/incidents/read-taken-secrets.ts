import type { Sql } from "../db/sql.ts";
import { type Fragment, run, sql, trusted } from "../list-query/sql-fragment.ts";
import { KNOWN_CLIENT_SECRETS } from "../secrets/owned-secrets.ts";
import type { OpenedBySecret } from "./model.ts";
import type { Reader } from "./pick-case-tokens.ts";

/** When a secret of which client came into which case, and which: by a scanner's report, which does not say which of several, or by a person at the Leak desk. */
const LEAKED = sql`(SELECT g.incident_id, f.client_id, g.received_at AS at, NULL::uuid AS secret_id
    FROM leak_report g JOIN leak_finding f ON f.report_id = g.id AND f.kind = 'client_secret'
  UNION ALL SELECT s.incident_id, s.target_id, 'infinity'::timestamptz, u.id FROM incident_subject s CROSS JOIN unnest(s.secret_ids) u(id) WHERE s.secret_ids <> '{}')`;

/** Secrets `l` of clients that came into a case at `r`. Where it is not known which, each that there was by then counts. */
export const LEAKED_SECRETS = sql`${LEAKED} r JOIN ${KNOWN_CLIENT_SECRETS} l ON l.client_id = r.client_id AND (r.secret_id IS NULL OR l.id = r.secret_id)`;

const stillTaken = (now: Date) =>
  sql`l.created_at <= r.at AND (l.expires_at IS NULL OR l.expires_at > ${now}::timestamptz)`;

/**
 * Until when tokens that were got with a leaked secret of the client that a subject names are the case's: until the last of the secrets that may have leaked ended. One that nothing
 * is known of any more had ended when the next was made. Null where the case knows of no secret.
 */
export function openedUntil(subject: "x" | "s"): Fragment {
  const x = trusted(subject);
  return sql`(SELECT CASE WHEN count(*) > 0 THEN coalesce(max(coalesce(l.opened_until, 'infinity')) FILTER (WHERE l.created_at <= r.at), min(l.created_at), 'infinity') END FROM ${LEAKED} r LEFT JOIN ${KNOWN_CLIENT_SECRETS} l ON l.client_id = r.client_id AND (r.secret_id IS NULL OR l.id = r.secret_id)
    WHERE r.incident_id = ${x}.incident_id AND r.client_id = ${x}.target_id)`;
}

/** Whether a secret that leaked into `incident i` still gets tokens. */
export function takenSecrets(now: Date): Fragment {
  return sql`EXISTS (SELECT FROM ${LEAKED_SECRETS} JOIN client lc ON lc.id = r.client_id AND lc.disabled_at IS NULL
    WHERE r.incident_id = i.id AND ${stillTaken(now)})`;
}

/** Whether one that leaked into `incident i` has not ended, and is refused for nothing but that its client is disabled: it is taken again when that is enabled. */
export function heldSecrets(now: Date): Fragment {
  return sql`EXISTS (SELECT FROM ${LEAKED_SECRETS} JOIN client lc ON lc.id = r.client_id AND lc.disabled_at IS NOT NULL
    WHERE r.incident_id = i.id AND ${stillTaken(now)})`;
}

/** Clients of which a secret came into a case and has not ended, by their client ids: those that get tokens by it, and those that are disabled. */
export type LeakedOfClients = { taken: string[]; held: string[] };

/** Authorise before: this does not. */
export async function readLeakedOfClients({ db, now }: Reader, incidentId: string): Promise<LeakedOfClients> {
  const rows = await run<{ clientId: string; isHeld: boolean }>(
    db,
    sql`SELECT DISTINCT c.client_id AS "clientId", c.disabled_at IS NOT NULL AS "isHeld" FROM ${LEAKED_SECRETS} JOIN client c ON c.id = r.client_id
      WHERE r.incident_id = ${incidentId}::uuid AND ${stillTaken(now)} ORDER BY c.client_id`,
  );
  const those = (isHeld: boolean) =>
    rows.filter((row) => row.isHeld === isHeld).map(({ clientId }) => clientId);
  return { taken: those(false), held: those(true) };
}

/** What whoever has a secret that came into a case gets by it, by the client's registration of now. Authorise before: this does not. */
export async function readOpenedBySecrets(
  { db, now }: Reader,
  incidentId: string,
): Promise<OpenedBySecret[]> {
  return run<OpenedBySecret>(
    db,
    sql`SELECT c.id AS "clientId", c.client_id AS name, 'client_credentials' = ANY (c.grant_types) AS "isEnough",
        c.disabled_at IS NULL AND bool_or(${stillTaken(now)}) AS "isTaken", c.disabled_at IS NOT NULL AND bool_or(${stillTaken(now)}) AS "isHeld",
        ARRAY(SELECT p.name FROM client_permission cp JOIN permission p ON p.id = cp.permission_id WHERE cp.client_id = c.id ORDER BY p.name) AS permissions,
        ARRAY(SELECT DISTINCT a.name FROM client_permission cp JOIN permission p ON p.id = cp.permission_id JOIN audience a ON a.id = p.audience_id
          WHERE cp.client_id = c.id ORDER BY a.name) AS audiences
      FROM ${LEAKED_SECRETS} JOIN client c ON c.id = r.client_id WHERE r.incident_id = ${incidentId}::uuid GROUP BY c.id ORDER BY c.client_id`,
  );
}

/** Open cases that a secret of this client came into. */
export async function listCasesOfSecret(db: Sql, clientId: string): Promise<number[]> {
  const rows = await run<{ number: number }>(
    db,
    sql`SELECT DISTINCT i.number FROM ${LEAKED} r JOIN incident i ON i.id = r.incident_id
      WHERE r.client_id = ${clientId}::uuid AND i.state <> 'closed' ORDER BY i.number`,
  );
  return rows.map(({ number }) => number);
}
