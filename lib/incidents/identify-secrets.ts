import { can } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { KNOWN_CLIENT_SECRETS } from "../secrets/owned-secrets.ts";
import { caseStateSql } from "./case-state.ts";
import type { CaseName, IdentifiedSecret, IdentifiedValue } from "./model.ts";
import { LEAKED_SECRETS } from "./read-taken-secrets.ts";

type Row = Omit<IdentifiedSecret, "cases" | "expiresAt"> & {
  hash: string;
  expiresAt: Date | null;
  isAlive: boolean;
  isDisabled: boolean;
};

async function readCasesOf(ctx: Context, ids: readonly string[]): Promise<Map<string, CaseName[]>> {
  const cases = new Map<string, CaseName[]>();
  if (ids.length === 0 || !can(ctx, "incident:read")) return cases;
  const rows = await run<CaseName & { id: string }>(
    ctx.db,
    sql`SELECT DISTINCT h.id, i.number, i.title, ${await caseStateSql(ctx)} AS state
      FROM (SELECT l.id, r.incident_id FROM ${LEAKED_SECRETS} WHERE l.id = ANY (${ids}::uuid[]) AND l.created_at <= r.at) h
        JOIN incident i ON i.id = h.incident_id AND i.state <> 'closed' ORDER BY i.number DESC`,
  );
  for (const { id, number, title, state } of rows)
    cases.set(id, [...(cases.get(id) ?? []), { number, title, state }]);
  return cases;
}

/** The clients' secrets among some hashes, by hash. Authorise before: this does not. */
export async function identifySecrets(
  ctx: Context,
  hashes: readonly string[],
): Promise<Map<string, IdentifiedValue>> {
  if (hashes.length === 0) return new Map();
  const rows = await run<Row>(
    ctx.db,
    sql`SELECT encode(l.secret_hash, 'hex') AS hash, l.id, l.hint, l.expires_at AS "expiresAt", c.client_id AS "clientId", c.name AS "clientName",
        c.id AS "clientUuid", 'client_credentials' = ANY (c.grant_types) AS "isEnough",
        (l.expires_at IS NULL OR l.expires_at > ${ctx.now}::timestamptz) AS "isAlive", c.disabled_at IS NOT NULL AS "isDisabled",
        ARRAY(SELECT p.name FROM client_permission cp JOIN permission p ON p.id = cp.permission_id WHERE cp.client_id = c.id ORDER BY p.name) AS permissions,
        ARRAY(SELECT DISTINCT a.name FROM client_permission cp JOIN permission p ON p.id = cp.permission_id JOIN audience a ON a.id = p.audience_id
          WHERE cp.client_id = c.id ORDER BY a.name) AS audiences
      FROM (SELECT DISTINCT decode(h, 'hex') AS hash FROM unnest(${hashes}::text[]) AS u(h)) n JOIN ${KNOWN_CLIENT_SECRETS} l ON l.secret_hash = n.hash
        JOIN client c ON c.id = l.client_id`,
  );
  const cases = await readCasesOf(
    ctx,
    rows.map(({ id }) => id),
  );
  return new Map(
    rows.map(({ hash, isAlive, isDisabled, expiresAt, ...secret }) => [
      hash,
      {
        is: !isAlive ? "ended" : isDisabled ? "suspended" : "live",
        token: null,
        secret: {
          ...secret,
          expiresAt: expiresAt?.toISOString() ?? null,
          cases: cases.get(secret.id) ?? [],
        },
        own: null,
      },
    ]),
  );
}
