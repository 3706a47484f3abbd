import type { Actor } from "../context.ts";

/** Whom an actor counts as, where a second person is asked for and where nobody does it to themselves: an API token is its creator. Null: the product's own work, and who is nobody here. */
export function personOf(actor: Actor): string | null {
  if (actor.kind === "admin") return actor.id;
  return actor.kind === "api_token" ? (actor.personId ?? actor.id) : null;
}

/** Whether an act upon an admin is upon oneself: what an API token does is its creator's. */
export function isUponSelf(actor: Actor, adminId: string): boolean {
  return personOf(actor) === adminId.toLowerCase();
}

/** Why such an act is refused, in words. `self` is what nobody does: "disable yourself". */
export function notUponSelf({ kind }: Actor, self: string): string {
  return kind === "api_token"
    ? `This API token counts as the admin who made it: you cannot ${self} by it. Ask another owner.`
    : `You cannot ${self}. Ask another owner.`;
}
