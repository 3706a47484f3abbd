import type { AdminActor } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notify } from "../notifications/notify.ts";
import { deviceWords } from "./device-words.ts";

/**
 * Tells an admin, by every way there is and whatever they chose, that a way in of theirs was changed: whoever did it in a session that they stole cannot keep it from them.
 *
 * @param what as a sentence without its full stop: "Your password was changed".
 */
export async function tellWayInChanged(
  tx: Sql,
  ctx: Context,
  { actor, what }: { actor: AdminActor; what: string },
): Promise<void> {
  await notify(tx, ctx, {
    kind: "way_in_changed",
    key: `way in ${ctx.requestId} ${actor.id} ${what}`,
    title: what,
    text: `With ${deviceWords(ctx.userAgent)}, from ${ctx.ip ?? "an unknown address"}. Your other sessions were ended. If that was not you, tell an owner at once: they can end what is left and give you a new way in.`,
    path: "/account",
    subject: { kind: "admin", id: actor.id, name: actor.name },
    to: [actor.id],
  });
}
