import { boundsOf } from "../api-tokens/bounds.ts";
import { ROLES, roleHas } from "../authz/roles.ts";
import type { Actor } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { hasNoWayIn } from "./let-go.ts";
import type { InvitationEnd } from "./model.ts";

/** Who made an invitation: the admin, or who the API token counts as, and that API token. Neither: the machine. */
export type Inviter = { adminId: string | null; apiTokenId: string | null };

const INVITING = ROLES.filter((role) => roleHas(role, "admin:write")).map((role) => `'${role}'`);

/**
 * Who acts, as the maker of an invitation; an API token is held as it is until the transaction ends. Call it under the owners' lock: whoever shuts the maker out takes it, and withdraws what was made before.
 *
 * @throws {DomainError} FORBIDDEN for one that was revoked meanwhile, and of whom was disabled or invites nobody any more
 */
export async function inviterOf(tx: Sql, actor: Actor): Promise<Inviter> {
  if (actor.kind !== "admin" && actor.kind !== "api_token") return { adminId: null, apiTokenId: null };
  const [adminId, apiTokenId] = actor.kind === "admin" ? [actor.id, null] : [actor.personId, actor.id];
  if (apiTokenId !== null) await boundsOf(tx, actor);
  const shutOut = await tx.query(
    `SELECT FROM admin WHERE id = $1::uuid AND (disabled_at IS NOT NULL OR role NOT IN (${INVITING}))`,
    [adminId],
  );
  if (shutOut.length > 0) throw new DomainError("FORBIDDEN", "You may invite nobody any more.");
  return { adminId, apiTokenId };
}

const end = (one: InvitationEnd) => `'${one}'`;

/**
 * Why an invitation works no more since who made it does not invite any more, as an InvitationEnd or NULL: it was withdrawn, or they are out at this moment, whether that was put on record or not.
 *
 * @param made the alias of a row of `setup_link` or `admin_identity`.
 */
export const invitationEndOf = (made: string): string =>
  `CASE WHEN ${made}.withdrawn_because IS NOT NULL THEN ${made}.withdrawn_because
    WHEN EXISTS (SELECT FROM api_token t WHERE t.id = ${made}.invited_by_token_id AND t.revoked_at IS NOT NULL) THEN ${end("api_token_revoked")}
    WHEN ${made}.invited_by_id IS NULL THEN NULL
    WHEN EXISTS (SELECT FROM admin m WHERE m.id = ${made}.invited_by_id AND m.disabled_at IS NOT NULL) THEN ${end("inviter_disabled")}
    WHEN EXISTS (SELECT FROM admin m WHERE m.id = ${made}.invited_by_id AND m.role NOT IN (${INVITING})) THEN ${end("inviter_role")}
    WHEN NOT EXISTS (SELECT FROM admin m WHERE m.id = ${made}.invited_by_id AND NOT ${hasNoWayIn("m")}) THEN ${end("inviter_out")} END`;
