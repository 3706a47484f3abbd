import { hasNoWayIn } from "../admins/let-go.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql, trusted } from "../list-query/sql-fragment.ts";
import { countGoingWith, findRevokedWith } from "./made-with.ts";
import type { ApiTokenDetail, ApiTokenRow, ApiTokenState } from "./model.ts";

export type ApiTokenRecord = {
  id: string;
  name: string;
  role: Role;
  hint: string;
  createdBy: string;
  creatorId: string | null;
  creatorEmail: string | null;
  creatorRole: Role | null;
  isCreatorDisabled: boolean;
  madeById: string | null;
  madeByName: string | null;
  isUnattended: boolean;
  networks: string[];
  createdAt: Date;
  expiresAt: Date | null;
  lastUsedAt: Date | null;
  lastUsedIp: string | null;
  revokedAt: Date | null;
  version: number;
};

export const API_TOKEN_FROM = sql`api_token t LEFT JOIN admin a ON a.id = t.created_by_id LEFT JOIN api_token p ON p.id = t.made_by_token_id`;

/** Whoever made it is disabled, or has no way in. */
export const IS_CREATOR_OUT = trusted(`(a.disabled_at IS NOT NULL OR ${hasNoWayIn("a")})`);

/** The columns of an ApiTokenRecord beside its id. */
export const API_TOKEN_COLUMNS = sql`t.name, t.role, t.hint, t.created_by AS "createdBy", a.id AS "creatorId", a.email AS "creatorEmail",
  a.role AS "creatorRole", ${IS_CREATOR_OUT} AS "isCreatorDisabled", p.id AS "madeById", p.name AS "madeByName", t.is_unattended AS "isUnattended",
  t.networks, t.created_at AS "createdAt", t.expires_at AS "expiresAt",
  t.last_used_at AS "lastUsedAt", t.last_used_ip AS "lastUsedIp", t.revoked_at AS "revokedAt", t.version`;

/** One API token, never its value, and what would end with it. Needs `api-token:read`. @throws {DomainError} NOT_FOUND */
export async function getApiToken(
  ctx: Context,
  { apiTokenId }: { apiTokenId: string },
): Promise<ApiTokenDetail> {
  requirePermission(ctx, "api-token:read");
  const row = await readApiToken(ctx.db, { id: apiTokenId, now: ctx.now });
  return {
    ...row,
    revokesToo: await countGoingWith(ctx.db, { id: row.id, now: ctx.now }),
    revokedWith: row.revokedAt === null ? null : await findRevokedWith(ctx.db, row.id),
  };
}

/** The same for use cases. @throws {DomainError} NOT_FOUND */
export async function readApiToken(db: Sql, { id, now }: { id: string; now: Date }): Promise<ApiTokenRow> {
  const [record] = isUuid(id)
    ? await run<ApiTokenRecord>(
        db,
        sql`SELECT t.id, ${API_TOKEN_COLUMNS} FROM ${API_TOKEN_FROM} WHERE t.id = ${id}::uuid`,
      )
    : [];
  if (record === undefined) throw notFound("The API token");
  return apiTokenRowOf(record, now);
}

/** The same, held until the transaction ends. @throws {DomainError} NOT_FOUND */
export async function lockApiToken(tx: Sql, { id, now }: { id: string; now: Date }): Promise<ApiTokenRow> {
  if (isUuid(id)) await tx.query("SELECT id FROM api_token WHERE id = $1::uuid FOR UPDATE", [id]);
  return readApiToken(tx, { id, now });
}

export function apiTokenRowOf(record: ApiTokenRecord, now: Date): ApiTokenRow {
  const { creatorId: id, creatorEmail: email, creatorRole: role, madeById, madeByName } = record;
  return {
    id: record.id,
    name: record.name,
    role: record.role,
    state: stateOf(record, now),
    hint: record.hint,
    createdBy: record.createdBy,
    creator: id === null || email === null || role === null ? null : { id, email, role },
    madeByToken: madeById === null || madeByName === null ? null : { id: madeById, name: madeByName },
    isUnattended: record.isUnattended,
    networks: [...record.networks],
    createdAt: record.createdAt.toISOString(),
    expiresAt: record.expiresAt?.toISOString() ?? null,
    lastUsedAt: record.lastUsedAt?.toISOString() ?? null,
    lastUsedIp: record.lastUsedIp,
    revokedAt: record.revokedAt?.toISOString() ?? null,
    version: record.version,
  };
}

function stateOf({ revokedAt, expiresAt, isCreatorDisabled }: ApiTokenRecord, now: Date): ApiTokenState {
  if (revokedAt !== null) return "revoked";
  if (expiresAt !== null && expiresAt <= now) return "expired";
  return isCreatorDisabled ? "creator_disabled" : "active";
}
