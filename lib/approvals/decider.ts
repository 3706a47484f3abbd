import { hasNoWayIn } from "../admins/let-go.ts";
import type { AdminActor } from "../authz/require-admin.ts";
import { type Role, roleHas } from "../authz/roles.ts";
import type { Actor, SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import type { ApprovalRecord } from "./approval-row.ts";
import { isOwnerSinceBreakGlass } from "./owners-before.ts";

type Asked = Pick<ApprovalRecord, "way" | "personId" | "permissions" | "actorKind" | "actorName">;

/** Why an actor may not decide on it, in words; null: they may. */
export function whyNotDecide(actor: Actor, asked: Asked): string | null {
  if (actor.kind !== "admin")
    return "An API token approves and declines nothing: a person does, in the console.";
  if (actor.id === asked.personId)
    return asked.actorKind === "api_token"
      ? `${asked.actorName} is an API token of yours and counts as you: somebody else decides.`
      : "You asked for it: somebody else decides.";
  const lacking = asked.permissions.filter((permission) => !roleHas(actor.role, permission as never));
  if (!roleHas(actor.role, "approval:decide") || lacking.length > 0)
    return "Your role does not allow the act itself.";
  return null;
}

/** The same, and who was made an owner since a break-glass that nobody has reviewed decides nothing, nor is what they ask for decided. */
export async function whyNotDecideNow(
  db: Sql,
  ctx: Pick<SqlContext, "actor" | "now">,
  asked: Asked,
): Promise<string | null> {
  const why = whyNotDecide(ctx.actor, asked);
  if (why !== null) return why;
  if (await isOwnerSinceBreakGlass(db, ctx, ctx.actor.id))
    return "You are an owner since something was done without a second person: an owner from before reviews that first.";
  if (await isOwnerSinceBreakGlass(db, ctx, asked.personId))
    return "Who asked is an owner since something was done without a second person: an owner from before reviews that first.";
  return null;
}

/** The person who decides. @throws {DomainError} NOT_SIGNED_IN, FORBIDDEN */
export function requireDecider({ actor }: Pick<SqlContext, "actor">, asked: Asked): AdminActor {
  if (actor.kind === "anonymous") throw new DomainError("NOT_SIGNED_IN", "Sign in first.");
  const why = whyNotDecide(actor, asked);
  if (why !== null || actor.kind !== "admin") throw new DomainError("FORBIDDEN", why ?? "");
  return actor;
}

/** The same by the role that they have now, until the caller's transaction ends. */
export async function requireDeciderNow(
  tx: Sql,
  ctx: Pick<SqlContext, "actor" | "now">,
  asked: Asked,
): Promise<AdminActor> {
  const actor = requireDecider(ctx, asked);
  const [now] = await tx.query<{ role: Role }>(
    "SELECT role FROM admin WHERE id = $1::uuid AND disabled_at IS NULL FOR SHARE",
    [actor.id],
  );
  if (now === undefined) throw new DomainError("FORBIDDEN", "Your role does not allow this.");
  const decider = requireDecider({ actor: { ...actor, role: now.role } }, asked);
  const why = await whyNotDecideNow(tx, { actor: decider, now: ctx.now }, asked);
  if (why !== null) throw new DomainError("FORBIDDEN", why);
  return decider;
}

/** The role that who approved it has by now, until the caller's transaction ends; null where they are shut out or could not approve it any more. */
export async function getDeciderRole(
  tx: Sql,
  { id, permissions }: Pick<ApprovalRecord, "id" | "permissions">,
): Promise<Role | null> {
  const [decider] = await tx.query<{ role: Role }>(
    `SELECT a.role FROM admin a WHERE a.id = (SELECT decided_by_id FROM approval WHERE id = $1::uuid) AND a.disabled_at IS NULL AND NOT ${hasNoWayIn("a")}
       FOR SHARE OF a`,
    [id],
  );
  if (decider === undefined) return null;
  const needed = ["approval:decide", ...permissions];
  return needed.every((permission) => roleHas(decider.role, permission as never)) ? decider.role : null;
}
