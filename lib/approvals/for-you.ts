import type { AdminActor } from "../authz/require-admin.ts";
import type { Context } from "../context.ts";
import type { ShownAct } from "./model.ts";
import { namesOf, roleOf } from "./title-words.ts";

type Self = { email: string; isBreakGlass: boolean; isLocal: boolean; providerId: string | null };

const SELF = `SELECT a.email, a.is_break_glass AND a.role = 'owner' AS "isBreakGlass", s.signed_in_by IS DISTINCT FROM 'provider' AS "isLocal", i.provider_id::text AS "providerId"
  FROM admin a LEFT JOIN admin_session s ON s.id::text = $2::text LEFT JOIN admin_identity i ON i.admin_id = a.id WHERE a.id = $1::uuid LIMIT 1`;

function ofSignIn({ after }: ShownAct, { email, isBreakGlass, isLocal, providerId }: Self): string[] {
  if (after?.localSignIn !== false) return [];
  const staysNamed =
    after.breakGlassOwners === undefined ? isBreakGlass : namesOf(after.breakGlassOwners).includes(email);
  if (staysNamed || (!isLocal && providerId !== null)) return [];
  if (providerId !== null)
    return ["Your own session ends with it: you came in without a provider. You can come in again by yours."];
  return [
    "Your own session ends with it, and you cannot come in again: you have no provider, and are no break-glass owner.",
  ];
}

/** Of acts upon whoever looks at them. */
const UPON_YOU: Record<string, (act: ShownAct) => string> = {
  "admin.disabled": () => "It is upon you: you are shut out at once, and your sessions end.",
  "admin.role_changed": ({ before, after }) =>
    `It is upon you: you are ${roleOf(after?.role)} instead of ${roleOf(before?.role)}, and your sessions end.`,
  "admin.enrolment_reset": () =>
    "It is upon you: your password and second factor end, and your sessions with them.",
};

function ofAct(act: ShownAct, actor: AdminActor, self: Self): string[] {
  if (act.act === "sign_in_policy.updated") return ofSignIn(act, self);
  if (act.act === "sign_in_provider.removed" && act.target.id === self.providerId)
    return [
      "You come in by this provider: your link to it ends, and you come in again only where an owner gives you another way.",
    ];
  const upon = UPON_YOU[act.act];
  return upon === undefined || act.target.kind !== "admin" || act.target.id !== actor.id ? [] : [upon(act)];
}

/** What acts take from whoever looks at them, before they let them be done: in words, nothing where they lose nothing. */
export async function whatItTakes(
  { db, actor }: Pick<Context, "db" | "actor">,
  acts: readonly ShownAct[],
): Promise<string[]> {
  if (actor.kind !== "admin") return [];
  const [self] = await db.query<Self>(SELF, [actor.id, actor.sessionId]);
  return self === undefined ? [] : [...new Set(acts.flatMap((act) => ofAct(act, actor, self)))];
}
