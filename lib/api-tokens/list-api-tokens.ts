import { requirePermission } from "../authz/require-permission.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import type { ApiTokenRow } from "./model.ts";

type Row = {
  id: string;
  name: string;
  role: Role;
  hint: string;
  createdBy: string;
  isUnattended: boolean;
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  revokedAt: Date | null;
};

const SELECT = `SELECT id, name, role, hint, created_by AS "createdBy", is_unattended AS "isUnattended", created_at AS "createdAt", expires_at AS "expiresAt",
  last_used_at AS "lastUsedAt", revoked_at AS "revokedAt" FROM api_token`;

/** API tokens shown at once: there are few, and the ended ones go last. */
const MAX = 1000;

/** Every API token, the newest first, ended ones last; never a value. Needs `api-token:read`. */
export async function listApiTokens(ctx: Context): Promise<ApiTokenRow[]> {
  requirePermission(ctx, "api-token:read");
  const rows = await ctx.db.query<Row>(
    `${SELECT} ORDER BY revoked_at IS NOT NULL OR coalesce(expires_at <= $1::timestamptz, false), created_at DESC, id LIMIT ${MAX}`,
    [ctx.now],
  );
  return rows.map((row) => toApiTokenRow(row, ctx.now));
}

/** One of them for a use case's answer. @throws {DomainError} NOT_FOUND */
export async function readApiToken(db: Sql, { id, now }: { id: string; now: Date }): Promise<ApiTokenRow> {
  const [row] = isUuid(id) ? await db.query<Row>(`${SELECT} WHERE id = $1::uuid FOR UPDATE`, [id]) : [];
  if (row === undefined) throw notFound("The API token");
  return toApiTokenRow(row, now);
}

function toApiTokenRow(row: Row, now: Date): ApiTokenRow {
  const isExpired = row.expiresAt !== null && row.expiresAt.getTime() <= now.getTime();
  return {
    id: row.id,
    name: row.name,
    role: row.role,
    state: row.revokedAt !== null ? "revoked" : isExpired ? "expired" : "active",
    hint: row.hint,
    createdBy: row.createdBy,
    isUnattended: row.isUnattended,
    createdAt: row.createdAt.toISOString(),
    expiresAt: row.expiresAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    revokedAt: row.revokedAt?.toISOString() ?? null,
  };
}
