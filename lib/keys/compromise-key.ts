import { requireApproval } from "../approvals/require-approval.ts";
import type { Act } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { placePlannedOrder } from "../order-plans/place-planned-order.ts";
import { atWords } from "../order-plans/plan-words.ts";
import { getOwnPlan } from "../order-plans/read-plan.ts";
import { beginSigning } from "./activate-standby.ts";
import { algorithmTakeoverSays } from "./algorithm-change.ts";
import { getKey } from "./get-key.ts";
import type { EmergencyInput } from "./input.ts";
import { insertActive, type NewKey } from "./insert-key.ts";
import { type KeyStanding, keyOf, keyTarget, readRing } from "./key-standing.ts";
import type { KeyWrapper } from "./key-wrapper.ts";
import { makeSuccessor } from "./make-successor.ts";
import type { EmergencyResult } from "./model.ts";
import { readySuccessor, requireCompromisable } from "./plan-emergency.ts";

/** The key that signs instead, with its acts. */
async function succeed(
  tx: Sql,
  ctx: Context,
  ring: readonly KeyStanding[],
  old: KeyStanding,
  spare: NewKey,
): Promise<{ kid: string; acts: Act[] }> {
  const standby = readySuccessor(ring, old);
  if (standby !== null) return { kid: standby.kid, acts: [await beginSigning(tx, standby)] };
  const readyAt = await insertActive(tx, ctx, spare);
  const { purpose, algorithm } = spare;
  const created: Act = {
    act: "key.created",
    target: keyTarget(spare),
    after: { purpose, algorithm, replaces: old.kid, readyAt: readyAt.toISOString() },
  };
  const activated: Act = {
    act: "key.activated",
    target: keyTarget(spare),
    after: { purpose, algorithm, state: "active" },
  };
  return { kid: spare.kid, acts: [created, activated] };
}

async function declare(
  tx: Sql,
  ctx: Context,
  kid: string,
  spare: NewKey,
): Promise<{ successor: string | null; acts: Act[] }> {
  const ring = await readRing(tx, { kid }, true);
  const old = keyOf(ring, kid);
  requireCompromisable(old);
  await tx.query(
    "UPDATE signing_key SET state = 'compromised', compromised_at = clock_timestamp(), activates_at = NULL WHERE id = $1::uuid",
    [old.id],
  );
  const next = old.state === "active" ? await succeed(tx, ctx, ring, old, spare) : null;
  const compromised: Act = {
    act: "key.compromised",
    target: keyTarget(old),
    before: { state: old.state },
    after: { state: "compromised", ...(next === null ? {} : { replacedBy: next.kid }) },
  };
  return { successor: next?.kid ?? null, acts: [compromised, ...(next?.acts ?? [])] };
}

/**
 * Declares a key compromised: it leaves the JWKS, every token that it signed is refused from the commit on, and where it was the one that signs, a
 * standby key that every cache can have signs at once, or one that is made now. Key, order and record are one transaction. Bound to the plan of
 * `planEmergency`, and to the key's id typed. It cannot be undone. Needs `key:revoke` and `order:write`.
 * Recorded as `key.tokens_revoked`, `key.compromised`, and of the successor `key.created` and `key.activated`.
 *
 * @throws {DomainError} as `placePlannedOrder`; ALREADY_ENDED where it was compromised before, CONFLICT where it was destroyed or the plan is for
 *   something else, SEALED.
 */
export async function compromiseKey(
  ctx: Context,
  wrapper: KeyWrapper,
  { kid, ...input }: EmergencyInput,
): Promise<EmergencyResult> {
  requirePermission(ctx, "key:revoke");
  await requireApproval(ctx, "keys");
  const old = keyOf(await readRing(ctx.db, { kid }), kid);
  const plan = await getOwnPlan(ctx.db, ctx, {
    planId: input.planId,
    target: { kind: "signing_key", id: kid },
  });
  if (plan.verb !== "revoke" || plan.effectiveFrom !== null)
    throw new DomainError("CONFLICT", "The plan is not for an order that holds at once. Make a new one.");
  const spare = await makeSuccessor(ctx.db, wrapper, old, old.algorithm);
  ctx.pass?.made.add(spare.kid);
  const why = { reason: input.reason, note: input.note.trim() === "" ? undefined : input.note.trim() };
  const next: { kid: string | null } = { kid: null };
  const target = { kind: "signing_key", id: kid } as const;
  const order = await placePlannedOrder(
    ctx,
    { ...input, target },
    {
      // the key signs by the second: whoever it serves between plan and order is reached, as the plan says
      reachesNewcomers: true,
      async together(tx) {
        const done = await declare(tx, ctx, kid, spare);
        next.kid = done.successor;
        return () => done.acts.map((act) => ({ ...act, ...why }));
      },
    },
  );
  const other = next.kid === null ? null : await getKey(ctx, { kid: next.kid });
  return {
    key: await getKey(ctx, { kid }),
    other: other === null ? null : { kid: other.kid, state: other.state },
    order,
    sentences: [
      `${kid} is compromised: it has left the JWKS and signs nothing.`,
      // of a key that signs no tokens an order reaches none
      ...(old.purpose === "access_token" ? order.sentences : []),
      ...(other === null
        ? []
        : [
            `${other.kid} signs from now on.`,
            ...algorithmTakeoverSays(old.purpose, old.algorithm, other.algorithm),
          ]),
      ...(other?.readyAt && new Date(other.readyAt) > ctx.now
        ? [`Every cache of the JWKS can have it by ${atWords(other.readyAt)}.`]
        : []),
    ],
  };
}
