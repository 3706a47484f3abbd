import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntries } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { atWords } from "../order-plans/plan-words.ts";
import { requireNote } from "../revocations/place-order.ts";
import { activateStandby } from "./activate-standby.ts";
import { getKey } from "./get-key.ts";
import type { ChangeKeyInput } from "./input.ts";
import { keyOf, readRing, requireState } from "./key-standing.ts";
import type { RotationResult } from "./model.ts";

/**
 * Lets a standby key sign before its time, as soon as every cache can have it. Needs `key:rotate`. Recorded as `key.activated`, and as
 * `key.replaced` of the key before.
 *
 * @throws {DomainError} FORBIDDEN, NOT_FOUND, CONFLICT where a cache may not have it yet, with the time, or where it is no standby key.
 */
export async function activateKey(ctx: Context, input: ChangeKeyInput): Promise<RotationResult> {
  requirePermission(ctx, "key:rotate");
  await requireApproval(ctx, "keys");
  requireNote(input);
  const { reason, note } = input;
  const replaced = await ctx.db.transaction(async (tx) => {
    const ring = await readRing(tx, input, true);
    const key = keyOf(ring, input.kid);
    requireState(key, "standby", "can begin to sign");
    if (!key.isReady)
      throw new DomainError(
        "CONFLICT",
        key.readyAt === null
          ? "Nobody knows whether every cache of the JWKS has this key: rotate instead."
          : `A verifier may still keep a JWKS without this key: every cache can have it from ${key.readyAt.toISOString()} on. Activating it now would have good tokens refused; where the key before leaked, rotate that one as an emergency.`,
      );
    const done = await activateStandby(tx, ring, key);
    const why = { reason, note: note.trim() === "" ? undefined : note.trim() };
    await recordEntries(
      tx,
      ctx,
      done.acts.map((act) => ({ ...act, ...why })),
    );
    return done.replaced;
  });
  const key = await getKey(ctx, input);
  const other = replaced === null ? null : await getKey(ctx, replaced);
  return {
    key,
    other: other === null ? null : { kid: other.kid, state: other.state },
    sentences: [
      `${key.kid} signs from now on.`,
      ...(other?.retiresAt ? [`${other.kid} verifies until ${atWords(other.retiresAt)} at least.`] : []),
    ],
  };
}
