import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { hashSecret } from "../passwords/generated-secret.ts";
import { invitationEndOf } from "./inviter.ts";
import { INVITATION_END_WORDS, type InspectedLink, type InvitationEnd } from "./model.ts";

/** A link that still works, as the use cases see it. */
export type LiveLink = {
  id: string;
  expiresAt: Date;
  admin: { id: string; email: string; name: string; role: Role } | null;
};

const SHAPE = /^tws_[0-9A-Za-z]{43}$/;

/**
 * What a one-time link is for. Anybody who holds it may ask; asking does not use it.
 *
 * @throws {DomainError} GONE for a link that is unknown, used, replaced or past its time: they look alike. Of one that ended with who made it, why.
 */
export async function inspectSetupLink(
  ctx: Context,
  { setupToken }: { setupToken: string },
): Promise<InspectedLink> {
  const link = await getLiveLink(ctx.db, { setupToken, now: ctx.now });
  const expiresAt = link.expiresAt.toISOString();
  if (link.admin === null) return { kind: "owner", expiresAt };
  const { email, name, role } = link.admin;
  return { kind: "admin", expiresAt, email, name, role };
}

function withdrawn(end: InvitationEnd): DomainError {
  const message = INVITATION_END_WORDS[end];
  return new DomainError("GONE", `This link no longer works. ${message} Ask an owner for a new one.`, {
    fields: [{ path: "setupToken", message }],
  });
}

/** @throws {DomainError} GONE */
export async function getLiveLink(
  db: Sql,
  { setupToken, now }: { setupToken: string; now: Date },
): Promise<LiveLink> {
  const gone = new DomainError(
    "GONE",
    "This link was used, replaced, or is past its time. Ask for a new one.",
  );
  if (!SHAPE.test(setupToken)) throw gone;
  const [row] = await db.query<{
    id: string;
    expiresAt: Date;
    adminId: string | null;
    email: string;
    name: string;
    role: Role;
    isOpen: boolean;
    end: InvitationEnd | null;
  }>(
    `SELECT l.id, l.expires_at AS "expiresAt", l.admin_id AS "adminId", a.email, a.name, a.role,
       CASE WHEN l.admin_id IS NULL THEN NOT EXISTS (SELECT FROM admin WHERE role = 'owner')
            ELSE a.disabled_at IS NULL AND a.totp_wrapped IS NULL END AS "isOpen",
       ${invitationEndOf("l")} AS end
     FROM setup_link l LEFT JOIN admin a ON a.id = l.admin_id
     WHERE l.token_hash = $1::bytea AND l.used_at IS NULL AND l.expires_at > $2::timestamptz`,
    [hashSecret(setupToken), now],
  );
  if (row === undefined || !row.isOpen) throw gone;
  if (row.end !== null) throw withdrawn(row.end);
  const admin =
    row.adminId === null ? null : { id: row.adminId, email: row.email, name: row.name, role: row.role };
  return { id: row.id, expiresAt: row.expiresAt, admin };
}

/**
 * Uses a link up, once: of two at the same moment one wins.
 *
 * @throws {DomainError} GONE
 */
export async function consumeLink(tx: Sql, link: LiveLink, now: Date): Promise<void> {
  const rows = await tx.query(
    `UPDATE setup_link l SET used_at = $2::timestamptz WHERE l.id = $1::uuid AND l.used_at IS NULL AND ${invitationEndOf("l")} IS NULL RETURNING l.id`,
    [link.id, now],
  );
  if (rows.length === 0) throw new DomainError("GONE", "This link was used or taken back a moment ago.");
}
