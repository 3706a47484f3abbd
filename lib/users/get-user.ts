import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import { countLiveTokens, type LiveTokens } from "../tokens/count-live-tokens.ts";
import type { UserDetail, UserPermission, UserRow } from "./model.ts";

export type UserRecord = {
  id: string;
  email: string;
  name: string;
  disabledAt: Date | null;
  createdAt: Date;
  lastSignInAt: Date | null;
  groups: { id: string; name: string }[];
};

type DetailRecord = UserRecord & {
  hasPassword: boolean;
  attributes: Record<string, unknown>;
  erasedAt: Date | null;
  isBeingErased: boolean;
  permissions: UserPermission[];
  updatedAt: Date;
  version: number;
};

/** The columns of a UserRow over `user_account u`. */
export const USER_COLUMNS = sql`u.email, u.name, u.disabled_at AS "disabledAt", u.created_at AS "createdAt",
  u.last_sign_in_at AS "lastSignInAt",
  (SELECT coalesce(jsonb_agg(jsonb_build_object('id', g.id, 'name', g.name) ORDER BY g.name), '[]')
    FROM group_member m JOIN user_group g ON g.id = m.group_id WHERE m.user_id = u.id) AS groups`;

const PERMISSIONS = sql`(SELECT coalesce(jsonb_agg(jsonb_build_object('name', e.name, 'audience', e.audience, 'via', e.via) ORDER BY e.name), '[]')
  FROM (SELECT p.name, a.name AS audience, jsonb_agg(g.name ORDER BY g.name) AS via FROM group_member m
    JOIN user_group g ON g.id = m.group_id JOIN group_permission gp ON gp.group_id = g.id JOIN permission p ON p.id = gp.permission_id
    JOIN audience a ON a.id = p.audience_id WHERE m.user_id = u.id GROUP BY p.name, a.name) e) AS permissions`;

/** One user with groups, the permissions they have today and through which group, and their active tokens. Needs `user:read`. */
export async function getUser(ctx: Context, { userId }: { userId: string }): Promise<UserDetail> {
  requirePermission(ctx, "user:read");
  return readUser(ctx.db, { id: userId, now: ctx.now });
}

/** The same for use cases. @throws {DomainError} NOT_FOUND */
export async function readUser(db: Sql, { id, now }: { id: string; now: Date }): Promise<UserDetail> {
  const [record] = isUuid(id)
    ? await run<DetailRecord>(
        db,
        sql`SELECT u.id, ${USER_COLUMNS}, ${PERMISSIONS}, u.password_hash IS NOT NULL AS "hasPassword", u.attributes,
            u.erased_at AS "erasedAt", EXISTS (SELECT FROM erasure x WHERE x.user_id = u.id AND x.state <> 'done') AS "isBeingErased", u.updated_at AS "updatedAt", u.version FROM user_account u WHERE u.id = ${id}::uuid`,
      )
    : [];
  if (record === undefined) throw notFound("The user");
  const live = (await countLiveTokens(db, { by: "user", ids: [id], now }))(id);
  return {
    ...userRowOf(record, live),
    hasPassword: record.hasPassword,
    attributes: record.attributes,
    permissions: record.permissions.map(({ name, audience, via }) => ({ name, audience, via })),
    liveAccessTokens: live.access,
    liveRefreshTokens: live.refresh,
    disabledAt: record.disabledAt?.toISOString() ?? null,
    erasedAt: record.erasedAt?.toISOString() ?? null,
    isBeingErased: record.isBeingErased,
    updatedAt: record.updatedAt.toISOString(),
    version: record.version,
  };
}

export function userRowOf(record: UserRecord, live: LiveTokens): UserRow {
  return {
    id: record.id,
    email: record.email,
    name: record.name,
    state: record.disabledAt === null ? "enabled" : "disabled",
    groups: record.groups.map(({ id, name }) => ({ id, name })),
    liveTokens: live.access + live.refresh,
    createdAt: record.createdAt.toISOString(),
    lastSignInAt: record.lastSignInAt?.toISOString() ?? null,
  };
}
