import { boundsOf } from "../api-tokens/bounds.ts";
import { ROLES, roleHas } from "../authz/roles.ts";
import type { Actor } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { hasNoWayIn } from "./let-go.ts";
import type { InvitationEnd } from "./model.ts";

/** Who made an invitation: the admin, or who the API token counts as, and that API token. Neither: the machine. */
export type Inviter = { adminId: string | null; apiTokenId: string | null };

/** Who acts, as the maker of an invitation; an API token is held as it is until the transaction ends. @throws {DomainError} FORBIDDEN for one that was revoked meanwhile */
export async function inviterOf(tx: Sql, actor: Actor): Promise<Inviter> {
  if (actor.kind === "admin") return { adminId: actor.id, apiTokenId: null };
  if (actor.kind !== "api_token") return { adminId: null, apiTokenId: null };
  await boundsOf(tx, actor);
  return { adminId: actor.personId, apiTokenId: actor.id };
}

const INVITING = ROLES.filter((role) => roleHas(role, "admin:write")).map((role) => `'${role}'`);
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
