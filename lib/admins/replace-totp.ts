import { recordEntry } from "../audit/record-entry.ts";
import { requireAdmin } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import { totpLabel } from "./create-owner.ts";
import { endSessions } from "./end-sessions.ts";
import { tellWayInChanged } from "./tell-way-in-changed.ts";
import { acceptTotpOffer } from "./totp-offer.ts";

/**
 * Lets the authenticator app of an offer be the asking admin's, who proves it with a code; the one before stops working. Their other sessions end. Recorded as
 * `admin.authenticator_replaced`.
 *
 * @throws {StepUpRequired} own-factors
 * @throws {DomainError} INVALID_INPUT for an offer that is over or another session's, or a wrong code; CONFLICT for who is no admin.
 */
export async function replaceTotp(
  ctx: Context,
  input: { enrolment: string; code: string },
  wrapper: KeyWrapper,
): Promise<{ endedSessions: number }> {
  const actor = requireAdmin(ctx);
  await requireStepUp(ctx, "own-factors");
  const subject = { purpose: "replace", id: actor.sessionId } as const;
  const factor = await acceptTotpOffer(wrapper, subject, { ...input, now: ctx.now });
  const totpWrapped = await wrapper.wrap(Buffer.from(factor.totpSecret), totpLabel(actor.id));
  return ctx.db.transaction(async (tx) => {
    const replaced = await tx.query(
      `UPDATE admin SET totp_wrapped = $2::bytea, totp_last_step = $3::bigint
       WHERE id = $1::uuid AND disabled_at IS NULL
         AND (password_hash IS NOT NULL OR EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = admin.id)) RETURNING id`,
      [actor.id, totpWrapped, factor.step],
    );
    if (replaced.length === 0) throw new DomainError("CONFLICT", "This account was changed meanwhile.");
    const endedSessions = await endSessions(tx, {
      adminId: actor.id,
      now: ctx.now,
      reason: "factors_changed",
      except: actor.sessionId,
    });
    await tellWayInChanged(tx, ctx, { actor, what: "Your authenticator app was set up anew" });
    await recordEntry(tx, ctx, {
      act: "admin.authenticator_replaced",
      target: { kind: "admin", id: actor.id, name: actor.name },
      after: { endedSessions },
    });
    return { endedSessions };
  });
}
