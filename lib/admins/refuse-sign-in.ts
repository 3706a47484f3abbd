import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { type AttemptLimit, DoorClosed, reserveAttempt } from "../passwords/throttle.ts";
import { SIGN_IN_LIMITS } from "./model.ts";
import { leaveOutWhereSpent, leaveRefusalOut, OF_NOBODY, takeRefusal } from "./refusal-pace.ts";

/** Whose sign-in was refused; null: of no account that there is. */
export type RefusedAdmin = { id: string; email: string } | null;

/** What can be tried at the console's door. */
type Door = "password" | "recovery code" | "passkey" | "provider";

async function record(
  ctx: Context,
  admin: RefusedAdmin,
  { why, errorCode }: { why: string; errorCode: string },
): Promise<void> {
  const key = admin?.id ?? OF_NOBODY;
  if (await leaveOutWhereSpent(ctx.db, key, ctx.now)) return;
  await ctx.db.transaction(async (tx) => {
    const leftOut = await takeRefusal(tx, key, ctx.now);
    if (leftOut === null) return;
    await recordEntry(tx, ctx, {
      act: "admin.sign_in_refused",
      // what was typed for an address may be a password: an unknown one is not kept
      target: { kind: "admin", id: admin?.id ?? "-", name: admin?.email ?? "unknown account" },
      note: why,
      ...(leftOut === 0 ? {} : { after: { leftOut } }),
      errorCode,
    });
  });
}

/** Puts a refused sign-in on record, at a pace, and gives the one answer that all of them get. */
export async function refuseSignIn(ctx: Context, admin: RefusedAdmin, why: string): Promise<DomainError> {
  await record(ctx, admin, { why, errorCode: "NOT_SIGNED_IN" });
  return new DomainError("NOT_SIGNED_IN", "The e-mail, the password or the code is not right.", {
    detail: why,
  });
}

/**
 * Counts an attempt at a door against each key in turn. The one that closes the door is recorded as `admin.sign_in_refused`; those that come to a closed one are counted, and the next entry says how many.
 *
 * @param doors.find whose account a key is; asked where it is that key that is over its limit.
 * @throws {DoorClosed}
 */
export async function reserveSignIn(
  ctx: Context,
  keys: readonly AttemptLimit[],
  { door, find }: { door: Door; find?: (key: string) => Promise<RefusedAdmin> },
): Promise<void> {
  const { windowSeconds } = SIGN_IN_LIMITS;
  try {
    await reserveAttempt(ctx.db, { keys, windowSeconds, now: ctx.now });
  } catch (error) {
    if (!(error instanceof DoorClosed)) throw error;
    const admin = (await find?.(error.key)) ?? null;
    if (error.isFirst)
      await record(ctx, admin, {
        why: `too many attempts by ${door}: none is looked at for ${error.retryAfterSeconds} s`,
        errorCode: error.code,
      });
    else await leaveRefusalOut(ctx.db, admin?.id ?? OF_NOBODY, ctx.now);
    throw error;
  }
}
