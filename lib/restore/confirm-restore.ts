import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { placeOrder } from "../revocations/place-order.ts";
import { requireStepUp } from "../step-up/require-step-up.ts";
import { readOpenRestore } from "./find-restore.ts";
import type { ConfirmRestoreInput } from "./input.ts";
import type { ConfirmedRestore } from "./model.ts";

/**
 * Where streams stand among the uses is told by snapshots of the database that the dump is of, and here the numbers of transactions may have run past those: new uses would count as seen.
 * What was received since `uses_low` is sent again.
 */
const STREAMS_BEGIN_ANEW =
  "UPDATE event_stream SET uses_base = NULL, uses_epoch = NULL, uses_epoch_low = NULL, uses_key = NULL";

/**
 * Confirms that the database may be older than what is kept outside of it: everything is served again. With `revokesTokens` all tokens that were issued until now
 * are revoked in the same transaction, since nobody knows which of them had been after the dump; without it those work again. Recorded as `database.restore_confirmed`
 * with what is lost. Needs `restore:confirm` and, as revoking everything, a fresh proof; no second person: see 0049.
 *
 * @throws {StepUpRequired} bulk
 * @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN, NOT_FOUND where none is open: also for the later of two
 */
export async function confirmRestore(
  ctx: Context,
  { revokesTokens }: Pick<ConfirmRestoreInput, "revokesTokens">,
): Promise<ConfirmedRestore> {
  requirePermission(ctx, "restore:confirm");
  await requireStepUp(ctx, "bulk");
  return ctx.db.transaction(async (tx) => {
    const restore = await readOpenRestore(tx, "update");
    if (restore === null)
      throw new DomainError("NOT_FOUND", "No restore waits to be confirmed: everything is served.");
    const order = revokesTokens
      ? await placeOrder(tx, ctx, {
          verb: "revoke",
          target: { kind: "everything", id: "*", name: "everything" },
          reason: "policy",
          note: "The database was restored from a dump: which tokens had been revoked since is not known.",
        })
      : null;
    await tx.query(
      "UPDATE restore SET confirmed_at = $2::timestamptz, takes_back = $3::boolean WHERE id = $1::uuid",
      [restore.id, ctx.now, revokesTokens],
    );
    await tx.query(STREAMS_BEGIN_ANEW);
    await recordEntry(tx, ctx, {
      act: "database.restore_confirmed",
      target: { kind: "restore", id: restore.id, name: "the database's restore" },
      after: {
        lostFrom: restore.common?.at ?? null,
        lostUntil: restore.mark.at,
        lostActs: restore.lostActs,
        lostCheckpoints: restore.lostCheckpoints,
        lastCheckpoint: restore.common?.number ?? 0,
        lostCheckpointsUpTo: restore.mark.number,
        revokesTokens,
        ...(order === null ? {} : { orderId: order.id }),
      },
    });
    return { id: restore.id, confirmedAt: ctx.now.toISOString(), orderId: order?.id ?? null };
  });
}
