import { inviterOf } from "../admins/inviter.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { PROVIDER_INVITATION_SECONDS } from "./model.ts";

/** Where an invited person goes, and until when: the sign-in page, it holds no secret. */
type Invitation = { url: string; expiresAt: string };

function invitationOf(ctx: Context, consoleUrl: string): { until: Date; invitation: Invitation } {
  const until = new Date(ctx.now.getTime() + PROVIDER_INVITATION_SECONDS * 1000);
  return { until, invitation: { url: `${consoleUrl}/sign-in`, expiresAt: until.toISOString() } };
}

/**
 * Lets the first of a provider's people who has `email`, verified there and letter by letter, become this admin. Inside the caller's transaction.
 *
 * @throws {DomainError} CONFLICT for a provider that is disabled.
 */
export async function inviteForProvider(
  tx: Sql,
  ctx: Context,
  {
    consoleUrl,
    adminId,
    provider,
    email,
  }: { consoleUrl: string; adminId: string; provider: { id: string; state: string }; email: string },
): Promise<Invitation> {
  if (provider.state === "disabled")
    throw new DomainError("CONFLICT", "This provider is disabled. Enable it first.");
  const { until, invitation } = invitationOf(ctx, consoleUrl);
  const by = await inviterOf(tx, ctx.actor);
  await tx.query(
    `INSERT INTO admin_identity (admin_id, provider_id, email, invited_email, invited_until, invited_by_id, invited_by_token_id)
     VALUES ($1::uuid, $2::uuid, $3::text, $3::text, $4::timestamptz, $5::uuid, $6::uuid)`,
    [adminId, provider.id, email, until, by.adminId, by.apiTokenId],
  );
  return invitation;
}

/**
 * Unlinks an admin from the person they were, and invites them again under the address that they were invited under, or came by uninvited; never under one that the provider gave later.
 * Of a link from before that was kept it is the account's own. Inside the caller's transaction.
 */
export async function inviteAgain(
  tx: Sql,
  ctx: Context,
  { consoleUrl, adminId }: { consoleUrl: string; adminId: string },
): Promise<Invitation & { email: string }> {
  const { until, invitation } = invitationOf(ctx, consoleUrl);
  const by = await inviterOf(tx, ctx.actor);
  const [row] = await tx.query<{ email: string }>(
    `UPDATE admin_identity i SET subject = NULL, linked_at = NULL, invited_until = $2::timestamptz,
       invited_by_id = $3::uuid, invited_by_token_id = $4::uuid, withdrawn_because = NULL,
       email = coalesce(i.invited_email, CASE WHEN lower(i.email) = a.email THEN i.email ELSE a.email END)
     FROM admin a WHERE i.admin_id = $1::uuid AND a.id = i.admin_id RETURNING i.email`,
    [adminId, until, by.adminId, by.apiTokenId],
  );
  if (row === undefined) throw new DomainError("CONFLICT", "They come in by no provider any more.");
  return { ...invitation, email: row.email };
}
