import { recordEntry } from "../audit/record-entry.ts";
import { requireAdmin } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import { endSessions } from "./end-sessions.ts";
import { tellWayInChanged } from "./tell-way-in-changed.ts";

/**
 * Takes the asking admin's authenticator app away: they come in by passkey alone from then on. Their other sessions end. Recorded as
 * `admin.authenticator_removed`.
 *
 * @throws {StepUpRequired} own-factors
 * @throws {DomainError} CONFLICT where there is none, where no passkey that works is left, or for who is no admin.
 */
export async function removeTotp(ctx: Context): Promise<{ endedSessions: number }> {
  const actor = requireAdmin(ctx);
  await requireStepUp(ctx, "own-factors");
  return ctx.db.transaction(async (tx) => {
    const [admin] = await tx.query<{ hasTotp: boolean; hasProvider: boolean }>(
      `SELECT totp_wrapped IS NOT NULL AS "hasTotp", EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = admin.id) AS "hasProvider"
       FROM admin WHERE id = $1::uuid FOR UPDATE`,
      [actor.id],
    );
    if (!admin?.hasTotp) throw new DomainError("CONFLICT", "This account has no authenticator app.");
    const passkeys = await tx.query(
      "SELECT id FROM passkey WHERE admin_id = $1::uuid AND blocked_at IS NULL LIMIT 1",
      [actor.id],
    );
    if (passkeys.length === 0 && !admin.hasProvider)
      throw new DomainError("CONFLICT", "This is your last way in. Add a passkey first.");
    await tx.query("UPDATE admin SET totp_wrapped = NULL WHERE id = $1::uuid", [actor.id]);
    const endedSessions = await endSessions(tx, {
      adminId: actor.id,
      now: ctx.now,
      reason: "factors_changed",
      except: actor.sessionId,
    });
    await tellWayInChanged(tx, ctx, { actor, what: "Your authenticator app was taken away" });
    await recordEntry(tx, ctx, {
      act: "admin.authenticator_removed",
      target: { kind: "admin", id: actor.id, name: actor.name },
      after: { endedSessions },
    });
    return { endedSessions };
  });
}
