import { noteReach } from "../approvals/bulk-reach.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { isUuid } from "../ids.ts";
import { sql } from "../list-query/sql-fragment.ts";
import { placeOrder } from "../revocations/place-order.ts";
import { lastExpiryOf } from "../revocations/refused-everywhere.ts";
import { readUser } from "./get-user.ts";
import type { DisableUserInput } from "./input.ts";
import type { DisabledUser } from "./model.ts";

/**
 * Shuts a user out: they cannot sign in, their sign-on sessions and pending codes end, and an order in the same transaction
 * revokes every token rooted until now. The answer says what goes on. Recorded as `user.disabled`. Needs `user:disable`.
 *
 * @throws {DomainError} NOT_FOUND, ALREADY_ENDED, INVALID_INPUT where the reason needs a note.
 */
export async function disableUser(
  ctx: Context,
  { userId, reason, note }: DisableUserInput & { userId: string },
): Promise<DisabledUser> {
  requirePermission(ctx, "user:disable");
  const { user, order, revokedTokens, lenient } = await ctx.db.transaction(async (tx) => {
    if (isUuid(userId))
      await tx.query("SELECT id FROM user_account WHERE id = $1::uuid FOR UPDATE", [userId]);
    const before = await readUser(tx, { id: userId, now: ctx.now });
    if (before.state === "disabled") throw new DomainError("ALREADY_ENDED", "This user is disabled already.");
    await tx.query(
      "UPDATE user_account SET disabled_at = $2::timestamptz, updated_at = $2::timestamptz WHERE id = $1::uuid",
      [userId, ctx.now],
    );
    const [localOnly] = await tx.query<{ names: string[] }>(
      `SELECT coalesce(array_agg(v.name ORDER BY v.name), '{}') AS names FROM verifier v
       WHERE v.mode = 'lenient' AND v.disabled_at IS NULL`,
    );
    const order = await placeOrder(tx, ctx, {
      verb: "revoke",
      target: { kind: "user", id: userId, name: before.email },
      reason,
      note,
    });
    const reach = { tokens: before.liveTokens, isExact: true, isEverything: false };
    await noteReach({ ...ctx, db: tx }, reach, { neverWaits: true });
    const user = await readUser(tx, { id: userId, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "user.disabled",
      target: { kind: "user", id: userId, name: before.email },
      reason,
      note,
      before: { state: "enabled" },
      after: { state: "disabled", orderId: order.id, revokedTokens: before.liveTokens },
    });
    return { user, order, revokedTokens: before.liveTokens, lenient: localOnly?.names ?? [] };
  });
  const last =
    lenient.length === 0
      ? null
      : await lastExpiryOf(ctx, sql`t.user_id = ${userId}::uuid`, {
          cutoff: order.cutoff,
          effectiveFrom: order.at,
        });
  const until = last?.at?.toISOString() ?? null;
  const remaining =
    until === null
      ? []
      : lenient.map((name) => ({
          subject: `${name} is lenient: while it hears nothing of the authority it goes on accepting tokens until they expire`,
          until,
        }));
  return { user, orderId: order.id, revokedTokens, remaining };
}
