import { requirePermission } from "../authz/require-permission.ts";
import type { SqlContext } from "../context.ts";

/** Whose streams an act may reach: all of them for people of the console, its own for a verifier that manages them by its credential. */
export type StreamOwner = { verifierId: string } | "console";

/**
 * Lets whoever acts pass. A verifier has shown its credential at the authority's door and has no role; what it does is held to its own streams by every statement.
 *
 * @returns the verifier that the stream must be of; null for any.
 * @throws {DomainError} FORBIDDEN
 */
export function requireStreamOwner(ctx: SqlContext, owner: StreamOwner): string | null {
  if (owner !== "console") return owner.verifierId;
  requirePermission(ctx as Parameters<typeof requirePermission>[0], "verifier:write");
  return null;
}
