import { requireAdmin } from "../authz/require-admin.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import type { CountryOf } from "../places/country-database.ts";
import type { SignInMethod } from "../step-up/model.ts";
import { deviceWords } from "./device-words.ts";
import { getAdminRow } from "./list-admins.ts";
import { type AdminSessions, SESSIONS_SHOWN } from "./model.ts";

type SessionRecord = {
  id: string;
  createdAt: Date;
  lastSeenAt: Date;
  endsAt: Date;
  ip: string | null;
  userAgent: string | null;
  signedInBy: SignInMethod | null;
  provider: { id: string; name: string } | null;
  isBreakGlass: boolean;
};

/** With how many there are of them all. */
async function readSessions(
  db: Sql,
  { adminId, currentId, now }: { adminId: string; currentId: string | null; now: Date },
): Promise<(SessionRecord & { total: number })[]> {
  return db.query(
    `SELECT count(*) OVER ()::int AS total, id, created_at AS "createdAt", last_seen_at AS "lastSeenAt", ip, user_agent AS "userAgent", signed_in_by AS "signedInBy",
       is_break_glass AS "isBreakGlass", (SELECT json_build_object('id', p.id, 'name', p.name) FROM sign_in_provider p WHERE p.id = provider_id) AS provider,
       least(absolute_expires_at, last_seen_at + make_interval(secs => idle_seconds)) AS "endsAt"
     FROM admin_session WHERE admin_id = $1::uuid AND ended_at IS NULL AND absolute_expires_at > $2::timestamptz
       AND last_seen_at + make_interval(secs => idle_seconds) > $2::timestamptz
     ORDER BY id = $4::uuid DESC NULLS LAST, created_at DESC, id DESC LIMIT $3::int`,
    [adminId, now, SESSIONS_SHOWN, currentId],
  );
}

async function sessionsOf(ctx: Context, adminId: string, countryOf: CountryOf): Promise<AdminSessions> {
  const currentId = ctx.actor.kind === "admin" ? ctx.actor.sessionId : null;
  const records = await readSessions(ctx.db, { adminId, currentId, now: ctx.now });
  const rows = records.map((record) => ({
    id: record.id,
    isCurrent: record.id === currentId,
    device: deviceWords(record.userAgent),
    ip: record.ip,
    country: countryOf(record.ip),
    signedInBy: record.signedInBy,
    provider: record.provider,
    isBreakGlass: record.isBreakGlass,
    createdAt: record.createdAt.toISOString(),
    lastSeenAt: record.lastSeenAt.toISOString(),
    endsAt: record.endsAt.toISOString(),
  }));
  return { rows, total: records[0]?.total ?? 0 };
}

/** The asking admin's live sessions: the asking one, then the newest. @throws {DomainError} CONFLICT for who is no admin. */
export async function listOwnSessions(ctx: Context, countryOf: CountryOf): Promise<AdminSessions> {
  return sessionsOf(ctx, requireAdmin(ctx).id, countryOf);
}

/** An admin's newest live sessions. Needs `admin:read`. @throws {DomainError} FORBIDDEN, NOT_FOUND */
export async function listSessionsOf(
  ctx: Context,
  { adminId }: { adminId: string },
  countryOf: CountryOf,
): Promise<AdminSessions> {
  requirePermission(ctx, "admin:read");
  const { id } = await getAdminRow(ctx.db, { id: adminId, now: ctx.now });
  return sessionsOf(ctx, id, countryOf);
}
