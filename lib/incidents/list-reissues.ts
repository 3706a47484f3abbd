import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { readIncident } from "./incident-row.ts";
import type { Reissue } from "./model.ts";

/** Reissues of one case that are listed, newest first. */
const SHOWN = 50;

type ReissueRecord = Omit<Reissue, "at"> & { at: Date };

/** The new secrets that were given in a case, as they are on record, newest first. Needs `incident:read`. @throws {DomainError} NOT_FOUND, FORBIDDEN */
export async function listReissues(ctx: Context, number: number): Promise<Reissue[]> {
  requirePermission(ctx, "incident:read");
  const { id } = await readIncident(ctx.db, number);
  const records = await run<ReissueRecord>(
    ctx.db,
    sql`SELECT e.after ->> 'clientId' AS "clientId", e.after ->> 'client' AS client, e.after ->> 'secret' AS hint, e.at, e.actor_name AS by
      FROM audit_entry e WHERE e.target_kind = 'incident' AND e.target_id = ${id} AND e.act = 'incident.secret_reissued' AND e.outcome = 'done'
      ORDER BY e.sequence DESC LIMIT ${SHOWN}::int`,
  );
  return records.map(({ clientId, client, hint, at, by }) => ({
    clientId,
    client,
    hint,
    at: at.toISOString(),
    by,
  }));
}
