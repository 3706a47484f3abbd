import type { AdminActor } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notify } from "../notifications/notify.ts";
import { deviceWords } from "./device-words.ts";

/**
 * Tells an admin, by every way there is and whatever they chose, that a way in of theirs was changed or used up by whoever holds their session, their link or their code: whoever did it with what
 * they stole cannot keep it from them. What another did to it is `tellWayInByAnother`.
 *
 * @param what as a sentence without its full stop: "Your password was changed".
 * @param means what became of the rest, in a sentence.
 */
export async function tellWayInChanged(
  tx: Sql,
  ctx: Context,
  {
    actor,
    what,
    means = "Your other sessions were ended.",
  }: { actor: Pick<AdminActor, "id" | "name">; what: string; means?: string },
): Promise<void> {
  await notify(tx, ctx, {
    kind: "way_in_changed",
    key: `way in ${ctx.requestId} ${actor.id} ${what}`,
    title: what,
    text: `With ${inSentence(deviceWords(ctx.userAgent))}, from ${ctx.ip ?? "an unknown address"}. ${means} If that was not you, tell an owner at once: they can end what is left and give you a new way in.`,
    path: "/account",
    subject: { kind: "admin", id: actor.id, name: actor.name },
    to: [actor.id],
  });
}

const inSentence = (device: string) => device.replace(/^Unknown /, "an unknown ").replace(/^A /, "a ");
