import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { requireNote } from "../revocations/place-order.ts";
import { getKey } from "./get-key.ts";
import type { ChangeKeyInput } from "./input.ts";
import { keyOf, keyTarget, readRing } from "./key-standing.ts";
import type { RotationResult } from "./model.ts";

/**
 * Takes the private half of a key that is retired or compromised out of the database, for good; its public half stays for the evidence. Needs
 * `key:revoke`. Recorded as `key.destroyed`.
 *
 * @throws {DomainError} FORBIDDEN, NOT_FOUND, CONFLICT where the key may still be needed, ALREADY_ENDED where it was destroyed.
 */
export async function destroyKey(ctx: Context, input: ChangeKeyInput): Promise<RotationResult> {
  requirePermission(ctx, "key:revoke");
  await requireApproval(ctx, "keys");
  requireNote(input);
  const { reason, note } = input;
  await ctx.db.transaction(async (tx) => {
    const key = keyOf(await readRing(tx, input, true), input.kid);
    if (key.state === "destroyed") throw new DomainError("ALREADY_ENDED", "The key was destroyed before.");
    if (key.state !== "retired" && key.state !== "compromised")
      throw new DomainError(
        "CONFLICT",
        `Only a retired or compromised key is destroyed; this one is ${key.state}.`,
      );
    await tx.query(
      "UPDATE signing_key SET state = 'destroyed', destroyed_at = clock_timestamp(), private_wrapped = NULL WHERE id = $1::uuid",
      [key.id],
    );
    await recordEntry(tx, ctx, {
      act: "key.destroyed",
      target: keyTarget(key),
      reason,
      note: note.trim() === "" ? undefined : note.trim(),
      before: { state: key.state },
      after: { state: "destroyed" },
    });
  });
  return {
    key: await getKey(ctx, input),
    other: null,
    sentences: [
      `The private half of ${input.kid} is gone. Copies of the database from before still hold it, wrapped.`,
    ],
  };
}
