import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { generateSecret } from "../passwords/generated-secret.ts";
import type { CreatedReceiver } from "./model.ts";
import { lockReceiver, readReceiver, receiverTarget } from "./receiver-record.ts";

/**
 * Gives a peer a new secret, shown once; the earlier one ends at once: until the peer has the new one its events wait with it. Recorded as
 * `signal_receiver.secret_rotated` with hints only. Needs `signal-receiver:write`.
 *
 * @throws {DomainError} NOT_FOUND
 */
export async function rotateReceiverSecret(
  ctx: Context,
  { receiverId }: { receiverId: string },
): Promise<CreatedReceiver> {
  requirePermission(ctx, "signal-receiver:write");
  await requireApproval(ctx, "streams");
  const secret = generateSecret("twp_");
  return ctx.db.transaction(async (tx) => {
    const before = await lockReceiver(tx, receiverId);
    await tx.query(
      "UPDATE signal_receiver SET secret_hash = $2::bytea, hint = $3::text, updated_at = $4::timestamptz WHERE id = $1::uuid",
      [receiverId, secret.hash, secret.hint, ctx.now],
    );
    const receiver = await readReceiver(tx, receiverId);
    ctx.pass?.made.add(receiver.hint);
    await recordEntry(tx, ctx, {
      act: "signal_receiver.secret_rotated",
      target: receiverTarget(receiver),
      before: { secret: `…${before.hint}` },
      after: { secret: `…${receiver.hint}` },
    });
    return { receiver, secret: secret.value };
  });
}
