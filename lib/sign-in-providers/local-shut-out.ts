import { isLocalOut } from "../admins/let-go.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";

/**
 * Whoever turns it off stays in: they come by a provider, or are named themselves. It is asked of the person and not of the session that asks: what a second person approves is done while
 * who asked for it is not there. Call after the owners are named.
 *
 * @throws {DomainError} CONFLICT
 */
export async function requireOwnWayIn(tx: Sql, ctx: Pick<Context, "actor">): Promise<void> {
  const { actor } = ctx;
  // what an API token does is its maker's, who would be out with it; one that was made on the machine is nobody's
  if (actor.kind !== "admin" && actor.kind !== "api_token") return;
  const person = actor.kind === "admin" ? actor.id : actor.personId;
  if (person === null) return;
  const found = await tx.query(
    `SELECT FROM admin a WHERE a.id::text = $1::text AND ((a.is_break_glass AND a.role = 'owner') OR EXISTS (
       SELECT FROM admin_identity i JOIN sign_in_provider p ON p.id = i.provider_id
       WHERE i.admin_id = a.id AND i.last_sign_in_at IS NOT NULL AND i.let_go_at IS NULL AND p.disabled_at IS NULL))`,
    [person],
  );
  if (found.length === 0)
    throw new DomainError(
      "CONFLICT",
      "You would lock yourself out: sign in by a provider first, or name yourself a break-glass owner.",
    );
}

/** Who is in without a provider, and is not named, is out. */
export async function endLocalSessions(tx: Sql, now: Date): Promise<number> {
  const ended = await tx.query(
    `UPDATE admin_session s SET ended_at = $1::timestamptz, ended_reason = 'local_sign_in_off' FROM admin a
     WHERE a.id = s.admin_id AND s.ended_at IS NULL AND s.signed_in_by IS DISTINCT FROM 'provider' AND NOT (a.is_break_glass AND a.role = 'owner') RETURNING s.id`,
    [now],
  );
  return ended.length;
}

/** Who is enabled and has no way in while sign-in without a provider is off, as it is set in this transaction: by address. */
export async function readLocalOut(db: Sql): Promise<{ id: string; email: string }[]> {
  return db.query(
    `SELECT a.id, a.email FROM admin a WHERE a.disabled_at IS NULL AND ${isLocalOut("a")} ORDER BY lower(a.email)`,
  );
}

const GOOD = `t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $1::timestamptz) AND a.disabled_at IS NULL`;

/** API tokens that are good but for their maker having no way in while sign-in without a provider is off, as it is set in this transaction. */
export async function countStoppedTokens(db: Sql, now: Date): Promise<number> {
  const [row] = await db.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM api_token t JOIN admin a ON a.id = t.created_by_id WHERE ${GOOD} AND ${isLocalOut("a")}`,
    [now],
  );
  return row?.count ?? 0;
}

/** By admin how many good API tokens they have who come in by no provider: what stops with them where it is off and they are not named. */
export async function readLocalTokens(db: Sql, now: Date): Promise<{ adminId: string; count: number }[]> {
  return db.query(
    `SELECT a.id AS "adminId", count(*)::int AS count FROM api_token t JOIN admin a ON a.id = t.created_by_id
     WHERE ${GOOD} AND NOT EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = a.id) GROUP BY a.id ORDER BY a.id`,
    [now],
  );
}

/** Who is enabled and comes in by no provider: out where it is off and they are not named. */
export async function readLocalPeople(db: Sql): Promise<{ adminId: string; email: string }[]> {
  return db.query(
    `SELECT a.id AS "adminId", a.email FROM admin a WHERE a.disabled_at IS NULL AND NOT EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = a.id) ORDER BY lower(a.email)`,
  );
}
