import { ROLE_WORDS, type Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notify } from "../notifications/notify.ts";
import { isCalledAsAddress } from "./look-alike.ts";
import type { LookAlike } from "./model.ts";

/** Tells everybody who looks after admins, but for whoever invited, that somebody new may be taken for somebody who is there. */
export async function tellLookAlike(
  tx: Sql,
  ctx: Context,
  {
    id,
    email,
    role,
    provider,
    looksLike,
  }: { id: string; email: string; role: Role; provider: { name: string } | null; looksLike: LookAlike },
): Promise<void> {
  const as = provider === null ? `as ${ROLE_WORDS[role].name}` : `to come in by ${provider.name}`;
  await notify(tx, ctx, {
    kind: "look_alike_invited",
    key: `look-alike invited ${id}`,
    title: `${email} was invited, and reads as ${looksLike.email}`,
    text: `${ctx.actor.name} invited them ${as}. ${isCalledAsAddress(looksLike) ? looksLike.email : `${looksLike.email} is ${looksLike.name}, who`} is an admin already: they may be imitated, or mistaken for each other where somebody approves or gives a role. If that is not meant, disable the new one.`,
    path: `/admins/${id}`,
    subject: { kind: "admin", id, name: email },
    except: ctx.actor.kind === "admin" ? [ctx.actor.id] : [],
  });
}
