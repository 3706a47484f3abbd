import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { getEnv } from "../env.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { inviteForProvider } from "../sign-in-providers/invite-for-provider.ts";
import { requireLocalOn } from "../sign-in-providers/local-sign-in.ts";
import { lockProvider } from "../sign-in-providers/provider-record.ts";
import { storeLink } from "./create-setup-link.ts";
import type { CreateAdminInput } from "./input.ts";
import { getAdminRow } from "./list-admins.ts";
import { findLookAlike, lookAlikeNote } from "./look-alike.ts";
import { type AdminRow, INVITATION_SECONDS, type LookAlike, type OneTimeLink } from "./model.ts";
import { lockOwners } from "./owner-lock.ts";
import { tellLookAlike } from "./tell-look-alike.ts";

/**
 * Invites an admin: the link, shown once, lets them set their password and second factor. With `providerId` they come in by that provider, and the first of its people whose
 * address it has verified to be this very one is linked; their role is the provider's to say. Recorded as `admin.invited`. An address that is read as another admin's
 * is said to be, told to everybody else who looks after admins, and refused for nothing.
 * Needs `admin:write`.
 *
 * @throws {DomainError} CONFLICT for an e-mail that an admin has, or while nobody signs in without a provider; NOT_FOUND for a provider that is none; FORBIDDEN for who was shut out meanwhile.
 */
export async function createAdmin(
  ctx: Context,
  input: CreateAdminInput,
  consoleUrl: string = getEnv().consoleUrl,
): Promise<{ admin: AdminRow; link: OneTimeLink; looksLike: LookAlike | null }> {
  requirePermission(ctx, "admin:write");
  await requireApproval(ctx, "roles");
  const email = input.email.toLowerCase();
  const { providerId } = input;
  return ctx.db.transaction(async (tx) => {
    // whoever shuts out who invites takes it too: what is made is withdrawn with the rest, or not made
    await lockOwners(tx);
    const provider =
      providerId === undefined ? null : await lockProvider(tx, { id: providerId, now: ctx.now });
    if (provider === null) await requireLocalOn(tx);
    const id = uuidv7(ctx.now);
    const made = await tx.query(
      `INSERT INTO admin (id, email, name, role, created_at) VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::timestamptz)
       ON CONFLICT (email) DO NOTHING RETURNING id`,
      [id, email, input.name, input.role ?? "auditor", ctx.now],
    );
    if (made.length === 0)
      throw new DomainError("CONFLICT", "An admin with this e-mail exists.", {
        fields: [{ path: "email", message: "is in use" }],
      });
    const link =
      provider === null
        ? await storeLink(tx, ctx, { consoleUrl, adminId: id, seconds: INVITATION_SECONDS })
        : await inviteForProvider(tx, ctx, { consoleUrl, adminId: id, provider, email: input.email });
    const admin = await getAdminRow(tx, { id, now: ctx.now });
    const looksLike = await findLookAlike(tx, { id, email });
    if (looksLike !== null)
      await tellLookAlike(tx, ctx, { id, email, role: admin.role, provider, looksLike });
    await recordEntry(tx, ctx, {
      act: "admin.invited",
      target: { kind: "admin", id, name: email },
      ...(looksLike === null ? {} : { note: lookAlikeNote(looksLike) }),
      after: {
        email,
        name: input.name,
        ...(provider === null ? { role: input.role } : { provider: provider.name }),
        linkExpiresAt: link.expiresAt,
        ...(looksLike === null ? {} : { looksLike: looksLike.email }),
      },
    });
    return { admin, link: { url: link.url, expiresAt: link.expiresAt }, looksLike };
  });
}
