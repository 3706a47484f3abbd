import type { Context } from "../context.ts";
import { getEnv } from "../env.ts";
import { DomainError, notFound } from "../errors.ts";
import { notify } from "../notifications/notify.ts";
import type { OneTimeLink } from "./model.ts";
import { lockOwners } from "./owner-lock.ts";
import { resetEnrolment } from "./reset-enrolment.ts";

/**
 * A new one-time link for an owner who has lost every way in and whom no other owner can help, for whoever holds the machine. What it takes away and records is as of `renewInvitation`. The owner is
 * told, and every other owner alarmed, or nothing is done.
 *
 * @throws {DomainError} FORBIDDEN but for the machine; NOT_FOUND for an address that is no owner's; CONFLICT for a disabled one, for one of a provider, while sign-in without one is off.
 */
export async function linkOwnerOnMachine(
  ctx: Context,
  { email }: { email: string },
  consoleUrl: string = getEnv().consoleUrl,
): Promise<OneTimeLink> {
  if (ctx.actor.kind !== "system")
    throw new DomainError(
      "FORBIDDEN",
      "This is done on the machine alone. Give them a new link in the console.",
    );
  return ctx.db.transaction(async (tx) => {
    await lockOwners(tx);
    const [owner] = await tx.query<{ id: string; email: string; hasProvider: boolean }>(
      `SELECT a.id, a.email, EXISTS (SELECT FROM admin_identity i WHERE i.admin_id = a.id) AS "hasProvider"
       FROM admin a WHERE a.email = $1::text AND a.role = 'owner'`,
      [email.toLowerCase()],
    );
    if (owner === undefined) throw notFound("An owner with that address");
    if (owner.hasProvider)
      throw new DomainError("CONFLICT", "This owner signs in by a provider, which decides how.");
    await notify(tx, ctx, {
      kind: "break_glass_used",
      key: `owner link ${ctx.requestId} ${owner.id}`,
      title: `${owner.email} was given a new way in on the machine`,
      text: "Somebody who holds the machine made a one-time link with which this owner sets password and factors anew. If you do not know why: disable this owner, and find out who was there.",
      path: `/admins/${owner.id}`,
      subject: { kind: "admin", id: owner.id, name: owner.email },
      except: [owner.id],
    });
    return resetEnrolment(tx, ctx, { adminId: owner.id, consoleUrl, isOnMachine: true });
  });
}
