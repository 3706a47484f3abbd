import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { requireNote } from "../revocations/place-order.ts";
import { getKey } from "./get-key.ts";
import type { ChangeKeyInput } from "./input.ts";
import { keyOf, keyTarget, readRing, requireState } from "./key-standing.ts";
import type { RotationResult } from "./model.ts";

/**
 * Undoes a planned rotation: a standby key that has signed nothing leaves the JWKS, and the active one goes on. Needs `key:rotate`. Recorded as
 * `key.cancelled`.
 *
 * @throws {DomainError} FORBIDDEN, NOT_FOUND, CONFLICT where the key signs already or is no standby key.
 */
export async function cancelKey(ctx: Context, input: ChangeKeyInput): Promise<RotationResult> {
  requirePermission(ctx, "key:rotate");
  await requireApproval(ctx, "keys");
  requireNote(input);
  const { reason, note } = input;
  const active = await ctx.db.transaction(async (tx) => {
    const ring = await readRing(tx, input, true);
    const key = keyOf(ring, input.kid);
    requireState(key, "standby", "can be cancelled");
    await tx.query(
      "UPDATE signing_key SET state = 'retired', retired_at = clock_timestamp(), activates_at = NULL WHERE id = $1::uuid",
      [key.id],
    );
    await recordEntry(tx, ctx, {
      act: "key.cancelled",
      target: keyTarget(key),
      reason,
      note: note.trim() === "" ? undefined : note.trim(),
      before: { state: "standby", activatesAt: key.activatesAt?.toISOString() ?? null },
      after: { state: "retired" },
    });
    return ring.find((one) => one.state === "active") ?? null;
  });
  return {
    key: await getKey(ctx, input),
    other: active === null ? null : { kid: active.kid, state: active.state },
    sentences: [
      `${input.kid} signs nothing and has left the JWKS.`,
      ...(active === null ? [] : [`${active.kid} goes on signing.`]),
      "A policy that is on plans the next rotation in a day at the earliest.",
    ],
  };
}
