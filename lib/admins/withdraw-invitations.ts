import { recordEntries } from "../audit/record-entry.ts";
import { ROLE_WORDS, type Role, roleHas } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import type { InvitationEnd } from "./model.ts";

type Withdrawn = { id: string; email: string; apiTokenId: string | null };

// a provider's invitation holds no secret: whoever comes under its address is not linked
const WITHDRAW = `
  WITH links AS (
    UPDATE setup_link l SET withdrawn_because = $1::text FROM admin a
    WHERE a.id = l.admin_id AND l.used_at IS NULL AND l.withdrawn_because IS NULL AND l.expires_at > $2::timestamptz
      AND (l.invited_by_id = $3::uuid OR l.invited_by_token_id = ANY ($4::uuid[]))
    RETURNING a.id, a.email, l.invited_by_token_id AS "apiTokenId"
  ), identities AS (
    UPDATE admin_identity i SET withdrawn_because = $1::text FROM admin a
    WHERE a.id = i.admin_id AND i.subject IS NULL AND i.withdrawn_because IS NULL AND i.invited_until > $2::timestamptz
      AND (i.invited_by_id = $3::uuid OR i.invited_by_token_id = ANY ($4::uuid[]))
    RETURNING a.id, a.email, i.invited_by_token_id AS "apiTokenId"
  )
  SELECT * FROM links UNION ALL SELECT * FROM identities ORDER BY email`;

/**
 * Takes back, for good, the invitations that an admin, also by API tokens, or that API tokens made and nobody has used, inside of the caller's transaction: what shuts their maker out.
 * Each is recorded as `admin.invitation_withdrawn`.
 *
 * @param by `noteOf` says of one who made it, and what became of them.
 * @returns how many
 */
export async function withdrawInvitations(
  tx: Sql,
  ctx: Context,
  by: {
    adminId?: string;
    apiTokenIds?: readonly string[];
    because: InvitationEnd;
    noteOf: (one: Withdrawn) => string;
  },
): Promise<number> {
  const withdrawn = await tx.query<Withdrawn>(WITHDRAW, [
    by.because,
    ctx.now,
    by.adminId ?? null,
    [...(by.apiTokenIds ?? [])],
  ]);
  await recordEntries(
    tx,
    ctx,
    withdrawn.map((one) => ({
      act: "admin.invitation_withdrawn",
      target: { kind: "admin", id: one.id, name: one.email },
      note: by.noteOf(one),
    })),
  );
  return withdrawn.length;
}

/** The same of an admin who is given a role that invites nobody. */
export async function withdrawOfRole(
  tx: Sql,
  ctx: Context,
  { admin, role }: { admin: { id: string; email: string }; role: Role },
): Promise<void> {
  if (roleHas(role, "admin:write")) return;
  const note = `made by ${admin.email}, who is ${ROLE_WORDS[role].name} now`;
  await withdrawInvitations(tx, ctx, { adminId: admin.id, because: "inviter_role", noteOf: () => note });
}
