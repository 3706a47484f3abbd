import { whoWithName } from "../admins/look-alike.ts";
import type { LookAlike } from "../admins/model.ts";
import type { Role } from "../authz/roles.ts";
import { ROLE_WORDS } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { notify } from "../notifications/notify.ts";

export type ComingIn = {
  id: string;
  email: string;
  /** Null for who was no admin before. */
  before: Role | null;
  role: Role;
  provider: string;
  /** The admin whose address theirs is read as. */
  looksLike: LookAlike | null;
};

/**
 * Tells the others of whom a provider made an admin uninvited, or an owner by their groups: nobody of this console did it, and everybody who looks after its admins wants to
 * know. Every owner is told of an owner.
 */
export async function tellComingIn(
  tx: Sql,
  ctx: Context,
  { id, email, before, role, provider, looksLike }: ComingIn,
): Promise<void> {
  const isOwner = role === "owner" && before !== "owner";
  if (before !== null && !isOwner) return;
  const is = ROLE_WORDS[role].name;
  await notify(tx, ctx, {
    kind: isOwner ? "owner_by_provider" : "admin_by_provider",
    key: `admin by provider ${ctx.requestId} ${id}`,
    title: before === null ? `${email} came in as a new admin: ${is}` : `${email} is now an owner`,
    text: `What ${provider} says of their groups gives them that role${before === null ? ", and its people may come uninvited" : ""}.${looksLike === null ? "" : ` Their address looks like ${whoWithName(looksLike)}, who is an admin already: they may be imitated.`} If that is not meant: disable them, and look at the provider's rules.`,
    path: `/admins/${id}`,
    subject: { kind: "admin", id, name: email },
    except: [id],
  });
}
