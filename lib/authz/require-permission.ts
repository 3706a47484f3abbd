import type { ApiTokenActor, Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { type Permission, permissionsOf, ROLES, type Role, roleHas } from "./roles.ts";

/** Whether an API token may: by its own role, and by its creator's of now. */
function apiTokenHas({ role, creatorRole }: ApiTokenActor, permission: Permission): boolean {
  return roleHas(role, permission) && (!creatorRole || roleHas(creatorRole, permission));
}

/** The role by which an actor may what they may now: of an API token whose creator has another one by now, the one with the most of what both allow and nothing else; null where no role is that. */
export function roleThatHolds(actor: { role: Role } & ({ kind: "admin" } | ApiTokenActor)): Role | null {
  if (actor.kind === "admin") return actor.role;
  const [first = null] = ROLES.filter((role) =>
    permissionsOf(role).every((permission) => apiTokenHas(actor, permission)),
  ).sort((one, other) => permissionsOf(other).length - permissionsOf(one).length);
  return first;
}

/** Whether the actor may; the product's own work may do everything, clients and users nothing here. */
export function can(ctx: Pick<Context, "actor" | "granted">, permission: Permission): boolean {
  const isAllowed = may(ctx, permission);
  if (isAllowed) ctx.granted?.add(permission);
  return isAllowed;
}

function may(ctx: Pick<Context, "actor">, permission: Permission): boolean {
  switch (ctx.actor.kind) {
    case "admin":
      return roleHas(ctx.actor.role, permission);
    case "api_token":
      return apiTokenHas(ctx.actor, permission);
    case "system":
      return true;
    case "client":
    case "user":
    case "anonymous":
      return false;
    default:
      return ctx.actor satisfies never;
  }
}

/**
 * Lets the actor pass or refuses.
 *
 * @throws {DomainError} NOT_SIGNED_IN for nobody, FORBIDDEN for an actor without the permission.
 */
export function requirePermission(ctx: Context, permission: Permission): void {
  if (ctx.actor.kind === "anonymous") throw new DomainError("NOT_SIGNED_IN", "Sign in first.");
  ctx.pass?.permissions.add(permission);
  if (!can(ctx, permission))
    throw new DomainError("FORBIDDEN", "Your role does not allow this.", {
      detail: `${ctx.actor.kind} ${ctx.actor.id} lacks ${permission}`,
    });
}
