import { endSessions } from "../admins/end-sessions.ts";
import { tellWayInChanged } from "../admins/tell-way-in-changed.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requireAdmin } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import { RECOVERY_CODES } from "./model.ts";
import { generateRecoveryCode, hashRecoveryCode } from "./recovery-code.ts";

/**
 * Makes ten recovery codes for the asking admin, shown once; those from before stop working. Their other sessions end: a way in was changed. Recorded as
 * `recovery_codes.made`.
 *
 * @throws {StepUpRequired} own-factors
 * @throws {DomainError} CONFLICT for who is no admin.
 */
export async function makeRecoveryCodes(ctx: Context): Promise<{ codes: string[] }> {
  const actor = requireAdmin(ctx);
  await requireStepUp(ctx, "own-factors");
  const codes = Array.from({ length: RECOVERY_CODES }, () => generateRecoveryCode());
  await ctx.db.transaction(async (tx) => {
    // two that make them at once: the later ones count
    await tx.query("SELECT id FROM admin WHERE id = $1::uuid FOR UPDATE", [actor.id]);
    const before = await tx.query<{ used: boolean }>(
      "DELETE FROM recovery_code WHERE admin_id = $1::uuid RETURNING used_at IS NOT NULL AS used",
      [actor.id],
    );
    await tx.query(
      `INSERT INTO recovery_code (admin_id, code_hash, created_at)
       SELECT $1::uuid, hash, $3::timestamptz FROM unnest($2::bytea[]) AS hash`,
      [actor.id, codes.map((code) => hashRecoveryCode(actor.id, code)), ctx.now],
    );
    const endedSessions = await endSessions(tx, {
      adminId: actor.id,
      now: ctx.now,
      reason: "factors_changed",
      except: actor.sessionId,
    });
    await tellWayInChanged(tx, ctx, { actor, what: "New recovery codes were made for you" });
    await recordEntry(tx, ctx, {
      act: "recovery_codes.made",
      target: { kind: "admin", id: actor.id, name: actor.name },
      before: { left: before.filter(({ used }) => !used).length },
      after: { left: codes.length, endedSessions },
    });
  });
  return { codes };
}
