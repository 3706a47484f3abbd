import type { Actor, SqlContext } from "../context.ts";
import { DomainError } from "../errors.ts";

/** Somebody who signed in. */
export type AdminActor = Extract<Actor, { kind: "admin" }>;

/**
 * The asking admin, for what is a person's own: sessions, passkeys, recovery codes.
 *
 * @throws {DomainError} NOT_SIGNED_IN for nobody, CONFLICT for an API token and whoever else is no person of the console.
 */
export function requireAdmin({ actor }: Pick<SqlContext, "actor">): AdminActor {
  if (actor.kind === "anonymous") throw new DomainError("NOT_SIGNED_IN", "Sign in first.");
  if (actor.kind !== "admin")
    throw new DomainError("CONFLICT", "This is a person's own: an API token has none.");
  return actor;
}
