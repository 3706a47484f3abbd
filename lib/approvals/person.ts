import type { Actor } from "../context.ts";

/** Whom an actor counts as where a second person is asked for: an API token is its creator. Null: the product's own work, and who is nobody here. */
export function personOf(actor: Actor): string | null {
  if (actor.kind === "admin") return actor.id;
  return actor.kind === "api_token" ? (actor.personId ?? actor.id) : null;
}
