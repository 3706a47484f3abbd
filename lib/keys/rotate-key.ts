import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { atWords } from "../order-plans/plan-words.ts";
import { requireNote } from "../revocations/place-order.ts";
import { algorithmChangeSays } from "./algorithm-change.ts";
import { getKey } from "./get-key.ts";
import type { RotateKeyInput } from "./input.ts";
import { insertStandby } from "./insert-key.ts";
import { keyTarget, readRing } from "./key-standing.ts";
import type { KeyWrapper } from "./key-wrapper.ts";
import { makeSuccessor } from "./make-successor.ts";
import { KEY_PURPOSE_WORDS, ROTATION_HORIZON_DAYS, type RotationResult } from "./model.ts";

const DAY_MS = 86_400_000;

/**
 * Plans the rotation of a purpose, to another algorithm too: makes its next key, which stands in the JWKS from the commit on and signs when every cache can have it, or at
 * `activatesAt` where that is later. The worker activates it, and retires the one before when nothing that it signed lives. Of two at once one wins.
 * Until it signs it can be cancelled. Needs `key:rotate`. Recorded as `key.created`.
 *
 * @throws {DomainError} FORBIDDEN, INVALID_INPUT, CONFLICT where a rotation is under way or nothing signs, SEALED.
 */
export async function rotateKey(
  ctx: Context,
  wrapper: KeyWrapper,
  input: RotateKeyInput,
): Promise<RotationResult> {
  requirePermission(ctx, "key:rotate");
  await requireApproval(ctx, "keys");
  requireNote(input);
  const { purpose, activatesAt = null } = input;
  if (activatesAt !== null && activatesAt.getTime() > ctx.now.getTime() + ROTATION_HORIZON_DAYS * DAY_MS)
    throw new DomainError(
      "INVALID_INPUT",
      `A rotation is planned ${ROTATION_HORIZON_DAYS} days ahead at most.`,
      {
        fields: [{ path: "activatesAt", message: `must be within ${ROTATION_HORIZON_DAYS} days` }],
      },
    );
  const name = KEY_PURPOSE_WORDS[purpose].name;
  const ring = await readRing(ctx.db, { purpose });
  const active = ring.find((key) => key.state === "active");
  if (active === undefined)
    throw new DomainError("CONFLICT", `${name}: no key signs, so that none can be replaced.`);
  const algorithm = input.algorithm ?? active.algorithm;
  const key = await makeSuccessor(ctx.db, wrapper, active, algorithm);
  ctx.pass?.made.add(key.kid);
  const planned = await ctx.db.transaction(async (tx) => {
    const times = await insertStandby(tx, ctx, key, activatesAt);
    if (times === null) return null;
    await recordEntry(tx, ctx, {
      act: "key.created",
      target: keyTarget(key),
      reason: input.reason,
      note: input.note.trim() === "" ? undefined : input.note.trim(),
      ...(algorithm === active.algorithm ? {} : { before: { algorithm: active.algorithm } }),
      after: {
        purpose,
        algorithm,
        state: "standby",
        replaces: active.kid,
        readyAt: times.readyAt.toISOString(),
        activatesAt: times.activatesAt.toISOString(),
      },
    });
    return times;
  });
  if (planned === null) {
    const under = (await readRing(ctx.db, active)).find((one) => one.state === "standby");
    const which = under?.activatesAt
      ? ` ${under.kid} signs on ${atWords(under.activatesAt.toISOString())}: cancel it, or let it.`
      : "";
    throw new DomainError("CONFLICT", `${name}: a rotation is under way.${which}`);
  }
  return {
    key: await getKey(ctx, { kid: key.kid }),
    other: { kid: active.kid, state: active.state },
    sentences: [
      `${key.kid} stands in the JWKS and signs nothing yet.`,
      `It signs from ${atWords(planned.activatesAt.toISOString())} on; ${active.kid} signs until then, and verifies after.`,
      ...algorithmChangeSays(purpose, active.algorithm, algorithm),
      "Until then it can be cancelled.",
    ],
  };
}
