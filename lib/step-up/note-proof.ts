import { recordEntry } from "../audit/record-entry.ts";
import type { AdminActor } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { releaseAttempt } from "../passwords/throttle.ts";
import { STEP_UP_LIMIT, type StepUpKind, type StepUpMethod } from "./model.ts";

/** What failed proofs of a session are counted by. */
export function proofAttemptKey(actor: AdminActor): string {
  return `step-up ${actor.sessionId}`;
}

/** Puts a proof that did not count on record, as `step_up.refused`. */
export async function refuseProof(
  ctx: Context,
  actor: AdminActor,
  kind: StepUpKind,
  why: string,
): Promise<void> {
  await ctx.db.transaction((tx) =>
    recordEntry(tx, ctx, {
      act: "step_up.refused",
      target: { kind: "admin", id: actor.id, name: actor.name },
      note: `${kind}: ${why}`,
      errorCode: "INVALID_INPUT",
    }),
  );
}

/** Counts a proof for the asking session and a kind, or one very act (`subject`), inside the caller's transaction. Recorded as `step_up.proven`. @returns whether the session is still there. */
export async function noteProof(
  tx: Sql,
  ctx: Context,
  actor: AdminActor,
  { kind, subject, method }: { kind: StepUpKind; subject: string | null; method: StepUpMethod },
): Promise<boolean> {
  const noted = await tx.query(
    `INSERT INTO ${subject === null ? "admin_step_up (session_id, kind" : "admin_proof (session_id, subject"}, proven_at, proven_by)
     SELECT s.id, $2::text, $3::timestamptz, $4::text FROM admin_session s JOIN admin a ON a.id = s.admin_id
     WHERE s.id = $1::uuid AND s.admin_id = $5::uuid AND s.ended_at IS NULL AND a.disabled_at IS NULL
     ON CONFLICT (session_id, ${subject === null ? "kind" : "subject"}) DO UPDATE SET proven_at = excluded.proven_at, proven_by = excluded.proven_by RETURNING session_id`,
    [actor.sessionId, subject ?? kind, ctx.now, method, actor.id],
  );
  if (noted.length === 0) return false;
  await releaseAttempt(tx, {
    cleared: [proofAttemptKey(actor)],
    returned: [],
    windowSeconds: STEP_UP_LIMIT.windowSeconds,
    now: ctx.now,
  });
  await recordEntry(tx, ctx, {
    act: "step_up.proven",
    target: { kind: "admin", id: actor.id, name: actor.name },
    after: { kind, method, ...(subject === null ? {} : { subject }) },
  });
  return true;
}
