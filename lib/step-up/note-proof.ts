import { recordEntry } from "../audit/record-entry.ts";
import type { AdminActor } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DoorClosed, releaseAttempt, reserveAttempt } from "../passwords/throttle.ts";
import { STEP_UP_LIMIT, type StepUpKind, type StepUpMethod } from "./model.ts";

/** What failed proofs of a session are counted by. */
export function proofAttemptKey(actor: AdminActor): string {
  return `step-up ${actor.sessionId}`;
}

/** Counts a try of the asking session before it is made. The one that is one too many is recorded as `step_up.refused`. @throws {DoorClosed} TOO_MANY_ATTEMPTS */
export async function reserveProof(ctx: Context, actor: AdminActor, kind: StepUpKind): Promise<void> {
  const { windowSeconds, perSession } = STEP_UP_LIMIT;
  const keys = [{ key: proofAttemptKey(actor), limit: perSession }];
  await reserveAttempt(ctx.db, { keys, windowSeconds, now: ctx.now }).catch(async (error: unknown) => {
    if (error instanceof DoorClosed && error.isFirst)
      await ctx.db.transaction((tx) =>
        recordRefusedProof(tx, ctx, actor, {
          note: `${kind}: too many attempts, none is looked at for ${error.retryAfterSeconds} s`,
          errorCode: error.code,
        }),
      );
    throw error;
  });
}

/** Writes that a proof did not count inside the caller's transaction, as `step_up.refused`. */
export async function recordRefusedProof(
  tx: Sql,
  ctx: Context,
  actor: AdminActor,
  refused: { note: string; errorCode: string; after?: Record<string, unknown> },
): Promise<void> {
  await recordEntry(tx, ctx, {
    act: "step_up.refused",
    target: { kind: "admin", id: actor.id, name: actor.name },
    ...refused,
  });
}

/** The same in a transaction of its own. */
export async function refuseProof(
  ctx: Context,
  actor: AdminActor,
  kind: StepUpKind,
  why: string,
): Promise<void> {
  await ctx.db.transaction((tx) =>
    recordRefusedProof(tx, ctx, actor, { note: `${kind}: ${why}`, errorCode: "INVALID_INPUT" }),
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
