import { endSessions } from "../admins/end-sessions.ts";
import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notify } from "../notifications/notify.ts";
import { type Challenge, spendChallenge } from "./challenge.ts";
import type { VerifiedAnswer } from "./verify-answer.ts";

/** `used`: it counts. Otherwise why not; `cloned` has blocked the passkey and ended every session of its admin, with the transaction's commit. */
export type PasskeyVerdict = "used" | "cloned" | "blocked" | "gone";

/**
 * Lets a verified answer count once, inside the caller's transaction: its challenge is spent and the passkey's counter moves on. A counter that did
 * not move on says that a copy of the key is about: the passkey is blocked, recorded as `passkey.blocked`, and they and every owner are told. The transaction commits in any case.
 *
 * @throws {DomainError} GONE for a challenge that was answered before.
 * @see WebAuthn level 3, section 6.1.1
 */
export async function usePasskey(
  tx: Sql,
  ctx: Context,
  { passkey, counter, isBackedUp }: VerifiedAnswer,
  challenge: Challenge,
): Promise<PasskeyVerdict> {
  await spendChallenge(tx, challenge, ctx.now);
  const [row] = await tx.query<{ counter: bigint; blockedAt: Date | null; isEnabled: boolean }>(
    `SELECT p.counter, p.blocked_at AS "blockedAt", a.disabled_at IS NULL AS "isEnabled"
     FROM passkey p JOIN admin a ON a.id = p.admin_id WHERE p.id = $1::uuid FOR UPDATE OF p, a`,
    [passkey.id],
  );
  if (row === undefined || !row.isEnabled) return "gone";
  if (row.blockedAt !== null) return "blocked";
  const before = BigInt(row.counter);
  const isCounting = before > 0n || counter > 0;
  if (isCounting && BigInt(counter) <= before) {
    await block(tx, ctx, passkey, { before, counter });
    return "cloned";
  }
  await tx.query(
    "UPDATE passkey SET counter = $2::bigint, is_backed_up = $3::boolean, last_used_at = $4::timestamptz WHERE id = $1::uuid",
    [passkey.id, counter, isBackedUp, ctx.now],
  );
  return "used";
}

/** Tells whose it is and every owner: of nothing that the copy does is it known whether it was them. */
async function tellOfCopy(
  tx: Sql,
  ctx: Context,
  { id, name, admin }: VerifiedAnswer["passkey"],
): Promise<void> {
  const owners = await tx.query<{ id: string }>("SELECT id FROM admin WHERE role = 'owner'");
  const common = {
    kind: "passkey_cloned" as const,
    subject: { kind: "admin", id: admin.id, name: admin.email },
  };
  const facts =
    "It was presented with a counter that does not go on, as only a copy's does. The passkey is blocked and every session of that account has ended.";
  await notify(tx, ctx, {
    ...common,
    key: `passkey ${id} blocked`,
    title: `A passkey of ${admin.email} was copied: ${name}`,
    text: `${facts} Ask them where the key was, and look at what was done by that account.`,
    path: `/admins/${admin.id}`,
    to: owners.map((owner) => owner.id),
    except: [admin.id],
  });
  await notify(tx, ctx, {
    ...common,
    key: `passkey ${id} blocked, own`,
    title: `Your passkey ${name} was copied`,
    text: `${facts} Sign in another way, remove it, and tell an owner.`,
    path: "/account",
    needs: null,
    to: [admin.id],
  });
}

async function block(
  tx: Sql,
  ctx: Context,
  passkey: VerifiedAnswer["passkey"],
  { before, counter }: { before: bigint; counter: number },
): Promise<void> {
  await tx.query("UPDATE passkey SET blocked_at = $2::timestamptz WHERE id = $1::uuid", [
    passkey.id,
    ctx.now,
  ]);
  const endedSessions = await endSessions(tx, {
    adminId: passkey.admin.id,
    now: ctx.now,
    reason: "passkey_cloned",
  });
  await tellOfCopy(tx, ctx, passkey);
  await recordEntry(tx, ctx, {
    act: "passkey.blocked",
    target: { kind: "admin", id: passkey.admin.id, name: passkey.admin.email },
    note: "its counter went back: a copy of the key is about",
    before: { counter: Number(before) },
    after: { passkey: passkey.name, counter, endedSessions },
  });
}
