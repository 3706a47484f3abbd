import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { AudiencePermission, AudienceRow } from "./model.ts";

export type AudienceRecord = Omit<AudienceRow, "createdAt"> & { createdAt: Date };

/** The columns of an AudienceRow over `audience a`. */
export const AUDIENCE_COLUMNS = sql`a.name, a.title, a.resource_uri AS "resourceUri",
  a.access_token_ttl_max_seconds AS "accessTokenTtlMaxSeconds", a.version, a.created_at AS "createdAt",
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', p.id, 'name', p.name, 'description', p.description) ORDER BY p.name), '[]')
    FROM permission p WHERE p.audience_id = a.id) AS permissions,
  (SELECT count(*)::int FROM client_audience c WHERE c.audience_id = a.id) AS "clientCount",
  (SELECT count(*)::int FROM verifier_audience v WHERE v.audience_id = a.id) AS "verifierCount"`;

/** One audience with its permissions. Needs `audience:read`. @throws {DomainError} NOT_FOUND */
export async function getAudience(
  ctx: Context,
  { audienceId }: { audienceId: string },
): Promise<AudienceRow> {
  requirePermission(ctx, "audience:read");
  return readAudience(ctx.db, audienceId);
}

/** The same for use cases. */
export async function readAudience(db: Sql, id: string): Promise<AudienceRow> {
  const [record] = isUuid(id)
    ? await run<AudienceRecord>(
        db,
        sql`SELECT a.id, ${AUDIENCE_COLUMNS} FROM audience a WHERE a.id = ${id}::uuid`,
      )
    : [];
  if (record === undefined) throw notFound("The audience");
  return audienceRowOf(record);
}

export function audienceRowOf(record: AudienceRecord): AudienceRow {
  return {
    id: record.id,
    name: record.name,
    title: record.title,
    resourceUri: record.resourceUri,
    accessTokenTtlMaxSeconds: record.accessTokenTtlMaxSeconds,
    permissions: record.permissions.map(
      ({ id, name, description }): AudiencePermission => ({ id, name, description }),
    ),
    clientCount: record.clientCount,
    verifierCount: record.verifierCount,
    createdAt: record.createdAt.toISOString(),
    version: record.version,
  };
}
