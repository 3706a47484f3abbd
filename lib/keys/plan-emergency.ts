import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { createPlan } from "../order-plans/create-plan.ts";
import type { OrderPlan } from "../order-plans/model.ts";
import { algorithmTakeoverSays } from "./algorithm-change.ts";
import { readJwksCache } from "./jwks-cache.ts";
import { keyHoldersOf } from "./key-holders.ts";
import { type KeyStanding, keyOf, readRing } from "./key-standing.ts";
import type { EmergencyPlan, KeyPurpose } from "./model.ts";
import { readKeyAskers } from "./read-key-askers.ts";
import { residualWindow } from "./residual-window.ts";

/** A standby key that may sign at once, or null: then one is made. */
export function readySuccessor(ring: readonly KeyStanding[], old: KeyStanding): KeyStanding | null {
  return ring.find((key) => key.state === "standby" && key.isReady && key.kid !== old.kid) ?? null;
}

/** @throws {DomainError} ALREADY_ENDED, CONFLICT where nothing can be made of the key any more. */
export function requireCompromisable(key: KeyStanding): void {
  if (key.state === "compromised")
    throw new DomainError("ALREADY_ENDED", "The key was declared compromised before.");
  if (key.state === "destroyed")
    throw new DomainError("CONFLICT", "The key was destroyed: nothing that it signed verifies.");
}

/** A standby key of another algorithm takes over all the same: whoever does not take it would refuse what it signs. */
function takeoverSays(key: KeyStanding, standby: KeyStanding | null): string[] {
  const says = standby === null ? [] : algorithmTakeoverSays(key.purpose, key.algorithm, standby.algorithm);
  return says.length === 0
    ? []
    : [...says, `Cancel that rotation first, and a new ${key.algorithm} key is made instead.`];
}

/** What goes with a key that signs no tokens of the register: no order reaches what it signed. */
const SIGNS: Record<Exclude<KeyPurpose, "access_token">, string> = {
  id_token: "It signs ID tokens, which are in no register: no token stops working.",
  status_list: "It signs status lists, no tokens: none stops working.",
  feed: "It signs the feed of revocations, no tokens: none stops working.",
  checkpoint:
    "It signs checkpoints of the audit log, no tokens: none stops working. Packs and exported logs that rest on it alone will hold only with a copy of the checkpoints that was kept.",
};

/** The plan of an order over a key, in the words of what the key is for. */
function asOf(purpose: KeyPurpose, plan: OrderPlan): OrderPlan {
  if (purpose === "access_token") return plan;
  const says = "No access token is signed by it.";
  return {
    ...plan,
    sentences: [SIGNS[purpose], "This cannot be undone."],
    refusedEverywhere: { ...plan.refusedEverywhere, says },
  };
}

/** Who has the standby key that would sign at once. */
async function heldSays(ctx: Context, { purpose }: KeyStanding, { kid }: KeyStanding): Promise<string> {
  const askers = await readKeyAskers(ctx.db, ctx.now);
  return keyHoldersOf({ kid, purpose, state: "standby" }, askers, ctx.now.getTime()).says;
}

/**
 * What declaring a key compromised would do: whom its tokens belong to, what signs afterwards, and what stays open until when. Changes no key. Needs
 * `key:revoke` and `order:write`.
 *
 * @throws {DomainError} FORBIDDEN, NOT_FOUND, ALREADY_ENDED, CONFLICT.
 */
export async function planEmergency(ctx: Context, { kid }: { kid: string }): Promise<EmergencyPlan> {
  requirePermission(ctx, "key:revoke");
  const ring = await readRing(ctx.db, { kid });
  const key = keyOf(ring, kid);
  requireCompromisable(key);
  const target = { kind: "signing_key", id: kid } as const;
  const plan = asOf(key.purpose, await createPlan(ctx, { verb: "revoke", target }));
  const isSigning = key.state === "active";
  const standby = isSigning ? readySuccessor(ring, key) : null;
  const { until, says } = residualWindow({
    purpose: key.purpose,
    now: ctx.now,
    jwksCacheSeconds: (await readJwksCache(ctx.db)).heldSeconds,
    isSuccessorUnknown: isSigning && standby === null,
  });
  const follows = isSigning
    ? [
        ...(key.purpose === "access_token" ? ["What it signs until then is refused too."] : []),
        standby === null
          ? "A new key is made and signs at once."
          : `${standby.kid}, which every cache can have, signs at once. If it may have leaked too, cancel it first.`,
        ...(standby === null ? [] : [await heldSays(ctx, key, standby)]),
        ...takeoverSays(key, standby),
      ]
    : [];
  return {
    key: { kid, purpose: key.purpose, state: key.state },
    successor: isSigning ? { kid: standby?.kid ?? null } : null,
    plan: {
      ...plan,
      // that the key goes on signing is what an order alone would leave
      remains: plan.remains.filter((one) => one.kind !== "reissue"),
      sentences: [...plan.sentences.slice(0, -1), ...follows, ...plan.sentences.slice(-1)],
    },
    window: { until: until.toISOString(), says },
  };
}
