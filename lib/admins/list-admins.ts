import { requirePermission } from "../authz/require-permission.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notFound } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { invitationEndOf } from "./inviter.ts";
import { shutOutOf } from "./let-go.ts";
import type { AdminRow, AdminState, InvitationEnd, ShutOut } from "./model.ts";

type Row = {
  id: string;
  email: string;
  name: string;
  role: Role;
  hasPassword: boolean;
  hasFactor: boolean;
  disabledAt: Date | null;
  createdAt: Date;
  lastSignInAt: Date | null;
  sessions: number;
  provider: { id: string; name: string } | null;
  isLinked: boolean;
  isBreakGlass: boolean;
  shutOut: ShutOut | null;
  invitationEnd: InvitationEnd | null;
};

const SELECT = `SELECT a.id, a.email, a.name, a.role, a.password_hash IS NOT NULL AS "hasPassword",
    a.totp_wrapped IS NOT NULL OR EXISTS (SELECT FROM passkey p WHERE p.admin_id = a.id AND p.blocked_at IS NULL) AS "hasFactor", a.disabled_at AS "disabledAt", a.created_at AS "createdAt",
    a.last_sign_in_at AS "lastSignInAt",
    (SELECT count(*)::int FROM admin_session s WHERE s.admin_id = a.id AND s.ended_at IS NULL
      AND s.absolute_expires_at > $1::timestamptz
      AND s.last_seen_at + make_interval(secs => s.idle_seconds) > $1::timestamptz) AS sessions,
    CASE WHEN p.id IS NULL THEN NULL ELSE json_build_object('id', p.id, 'name', p.name) END AS provider,
    i.subject IS NOT NULL AS "isLinked", a.is_break_glass AS "isBreakGlass", ${shutOutOf("a")} AS "shutOut",
    CASE WHEN i.admin_id IS NOT NULL THEN CASE WHEN i.subject IS NULL THEN ${invitationEndOf("i")} END
      ELSE (SELECT ${invitationEndOf("l")} FROM setup_link l WHERE l.admin_id = a.id AND l.used_at IS NULL ORDER BY l.created_at DESC LIMIT 1) END AS "invitationEnd"
  FROM admin a LEFT JOIN admin_identity i ON i.admin_id = a.id LEFT JOIN sign_in_provider p ON p.id = i.provider_id`;

/** Every admin by name: there are few. Needs `admin:read`. */
export async function listAdmins(ctx: Context): Promise<AdminRow[]> {
  requirePermission(ctx, "admin:read");
  return readAdminRows(ctx.db, ctx.now);
}

/** The same for use cases. */
export async function readAdminRows(db: Sql, now: Date): Promise<AdminRow[]> {
  const rows = await db.query<Row>(`${SELECT} ORDER BY lower(a.name), a.id`, [now]);
  return rows.map(toAdminRow);
}

/** One admin for a use case's answer. @throws {DomainError} NOT_FOUND */
export async function getAdminRow(db: Sql, { id, now }: { id: string; now: Date }): Promise<AdminRow> {
  const [row] = isUuid(id) ? await db.query<Row>(`${SELECT} WHERE a.id = $2::uuid`, [now, id]) : [];
  if (row === undefined) throw notFound("The admin");
  return toAdminRow(row);
}

function toAdminRow(row: Row): AdminRow {
  const state = stateOf(row);
  return {
    id: row.id,
    email: row.email,
    name: row.name,
    role: row.role,
    state,
    shutOut: state === "shut_out" ? row.shutOut : null,
    invitationEnd: state === "invited" ? row.invitationEnd : null,
    createdAt: row.createdAt.toISOString(),
    lastSignInAt: row.lastSignInAt?.toISOString() ?? null,
    sessions: row.sessions,
    provider: row.provider,
    isBreakGlass: row.isBreakGlass,
  };
}

function stateOf(row: Row): AdminState {
  if (row.disabledAt !== null) return "disabled";
  const whereEnrolled = row.shutOut === null ? "active" : "shut_out";
  if (row.provider !== null) return row.isLinked ? whereEnrolled : "invited";
  if (row.hasFactor) return whereEnrolled;
  return row.hasPassword ? "enrolling" : "invited";
}
