import { recordEntry } from "../audit/record-entry.ts";
import type { Context } from "../context.ts";

/** Ends the actor's own session at once. Idempotent; recorded as `admin.signed_out` the first time. */
export async function signOut(ctx: Context): Promise<void> {
  const { actor } = ctx;
  if (actor.kind !== "admin") return;
  await ctx.db.transaction(async (tx) => {
    const ended = await tx.query(
      "UPDATE admin_session SET ended_at = $2::timestamptz, ended_reason = 'signed_out' WHERE id = $1::uuid AND ended_at IS NULL RETURNING id",
      [actor.sessionId, ctx.now],
    );
    if (ended.length === 0) return;
    await recordEntry(tx, ctx, {
      act: "admin.signed_out",
      target: { kind: "admin", id: actor.id, name: actor.name },
    });
  });
}
