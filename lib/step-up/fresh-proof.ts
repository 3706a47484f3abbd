import { PROOF_SECONDS } from "../approvals/model.ts";
import { requireAdmin } from "../authz/require-admin.ts";
import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { StepUpRequired } from "./require-step-up.ts";

type Asked = Pick<SqlContext, "actor" | "now">;

function parameters({ actor, now }: Asked, subject: string): unknown[] {
  const { id, sessionId } = requireAdmin({ actor });
  const since = new Date(now.getTime() - PROOF_SECONDS * 1000);
  return [sessionId === "" ? null : sessionId, id, subject, since];
}

const OF_SESSION = `u.subject = $3::text AND u.proven_at > $4::timestamptz AND u.session_id = $1::uuid
  AND EXISTS (SELECT FROM admin_session s JOIN admin a ON a.id = s.admin_id
    WHERE s.id = u.session_id AND s.admin_id = $2::uuid AND s.ended_at IS NULL AND a.disabled_at IS NULL)`;

/**
 * Asks the person of the session to show again who they are, for one very act; neither signing in nor a proof for a kind of acts counts.
 *
 * @throws {StepUpRequired} with the subject
 */
export async function requireFreshProof(db: Sql, ctx: Asked, subject: string): Promise<void> {
  const rows = await db.query(
    `SELECT 1 AS found FROM admin_proof u WHERE ${OF_SESSION}`,
    parameters(ctx, subject) as string[],
  );
  if (rows.length === 0) throw new StepUpRequired("approvals", subject);
}

/** The same, and it is used up with the caller's transaction: it is good for one act. */
export async function spendFreshProof(tx: Sql, ctx: Asked, subject: string): Promise<void> {
  const rows = await tx.query(
    `DELETE FROM admin_proof u WHERE ${OF_SESSION} RETURNING 1 AS spent`,
    parameters(ctx, subject) as string[],
  );
  if (rows.length === 0) throw new StepUpRequired("approvals", subject);
}
