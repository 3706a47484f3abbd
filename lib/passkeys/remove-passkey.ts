import { endSessions } from "../admins/end-sessions.ts";
import { tellWayInChanged } from "../admins/tell-way-in-changed.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requireAdmin } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import { DomainError, notFound } from "../errors.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import { readPasskeys } from "./list-factors.ts";

/**
 * Takes a passkey of the asking admin away, never the last way in. Their other sessions end. Recorded as `passkey.removed`.
 *
 * @throws {StepUpRequired} own-factors
 * @throws {DomainError} NOT_FOUND for one that is another's, CONFLICT for the last factor or who is no admin.
 */
export async function removePasskey(ctx: Context, { id }: { id: string }): Promise<{ removed: string }> {
  const actor = requireAdmin(ctx);
  await requireStepUp(ctx, "own-factors");
  return ctx.db.transaction(async (tx) => {
    // of two who remove the last two at once the second finds one left
    const [admin] = await tx.query<{ hasTotp: boolean; hasProvider: boolean }>(
      `SELECT totp_wrapped IS NOT NULL AS "hasTotp", EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = admin.id) AS "hasProvider"
       FROM admin WHERE id = $1::uuid FOR UPDATE`,
      [actor.id],
    );
    const passkeys = await readPasskeys(tx, actor.id);
    const passkey = passkeys.find((one) => one.id === id);
    if (passkey === undefined) throw notFound("The passkey");
    const others = passkeys.filter((one) => one.id !== id && one.blockedAt === null);
    if (!admin?.hasTotp && !admin?.hasProvider && others.length === 0)
      throw new DomainError(
        "CONFLICT",
        "This is your last way in. Add another passkey or an authenticator app first.",
      );
    await tx.query("DELETE FROM passkey WHERE id = $1::uuid", [id]);
    const endedSessions = await endSessions(tx, {
      adminId: actor.id,
      now: ctx.now,
      reason: "factors_changed",
      except: actor.sessionId,
    });
    await tellWayInChanged(tx, ctx, { actor, what: `A passkey was removed: ${passkey.name}` });
    await recordEntry(tx, ctx, {
      act: "passkey.removed",
      target: { kind: "admin", id: actor.id, name: actor.name },
      before: { passkey: passkey.name },
      after: { endedSessions },
    });
    return { removed: id };
  });
}
