import { requireAdmin } from "../authz/require-admin.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import type { CountryOf } from "../places/country-database.ts";
import type { SignInMethod } from "../step-up/model.ts";
import { deviceWords } from "./device-words.ts";
import { getAdminRow } from "./list-admins.ts";
import { type AdminSessionRow, SESSIONS_SHOWN } from "./model.ts";

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

async function readSessions(
  db: Sql,
  { adminId, now }: { adminId: string; now: Date },
): Promise<SessionRecord[]> {
  return db.query<SessionRecord>(
    `SELECT id, created_at AS "createdAt", last_seen_at AS "lastSeenAt", ip, user_agent AS "userAgent", signed_in_by AS "signedInBy",
       is_break_glass AS "isBreakGlass", (SELECT json_build_object('id', p.id, 'name', p.name) FROM sign_in_provider p WHERE p.id = provider_id) AS provider,
       least(absolute_expires_at, last_seen_at + make_interval(secs => idle_seconds)) AS "endsAt"
     FROM admin_session WHERE admin_id = $1::uuid AND ended_at IS NULL AND absolute_expires_at > $2::timestamptz
       AND last_seen_at + make_interval(secs => idle_seconds) > $2::timestamptz
     ORDER BY created_at DESC, id DESC LIMIT $3::int`,
    [adminId, now, SESSIONS_SHOWN],
  );
}

async function rowsOf(ctx: Context, adminId: string, countryOf: CountryOf): Promise<AdminSessionRow[]> {
  const current = ctx.actor.kind === "admin" ? ctx.actor.sessionId : null;
  const records = await readSessions(ctx.db, { adminId, now: ctx.now });
  return records.map((record) => ({
    id: record.id,
    isCurrent: record.id === current,
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
}

/** The asking admin's live sessions, the newest first. @throws {DomainError} CONFLICT for who is no admin. */
export async function listOwnSessions(ctx: Context, countryOf: CountryOf): Promise<AdminSessionRow[]> {
  return rowsOf(ctx, requireAdmin(ctx).id, countryOf);
}

/** An admin's live sessions, the newest first. Needs `admin:read`. @throws {DomainError} NOT_FOUND */
export async function listSessionsOf(
  ctx: Context,
  { adminId }: { adminId: string },
  countryOf: CountryOf,
): Promise<AdminSessionRow[]> {
  requirePermission(ctx, "admin:read");
  const { id } = await getAdminRow(ctx.db, { id: adminId, now: ctx.now });
  return rowsOf(ctx, id, countryOf);
}
