import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Role } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { getEnv } from "../env.ts";
import { DomainError } from "../errors.ts";
import { uuidv7 } from "../ids.ts";
import { storeLink } from "./create-setup-link.ts";
import { getAdminRow } from "./list-admins.ts";
import { type AdminRow, INVITATION_SECONDS, type OneTimeLink } from "./model.ts";

/**
 * Invites an admin: the link, shown once, lets them set their password and second factor. Recorded as `admin.invited`.
 * Needs `admin:write`.
 *
 * @throws {DomainError} CONFLICT for an e-mail that an admin has.
 */
export async function createAdmin(
  ctx: Context,
  input: { email: string; name: string; role: Role },
  consoleUrl: string = getEnv().consoleUrl,
): Promise<{ admin: AdminRow; link: OneTimeLink }> {
  requirePermission(ctx, "admin:write");
  await requireApproval(ctx, "roles");
  const email = input.email.toLowerCase();
  return ctx.db.transaction(async (tx) => {
    const id = uuidv7(ctx.now);
    const made = await tx.query(
      `INSERT INTO admin (id, email, name, role, created_at) VALUES ($1::uuid, $2::text, $3::text, $4::text, $5::timestamptz)
       ON CONFLICT (email) DO NOTHING RETURNING id`,
      [id, email, input.name, input.role, ctx.now],
    );
    if (made.length === 0)
      throw new DomainError("CONFLICT", "An admin with this e-mail exists.", {
        fields: [{ path: "email", message: "is in use" }],
      });
    const link = await storeLink(tx, ctx, { consoleUrl, adminId: id, seconds: INVITATION_SECONDS });
    const admin = await getAdminRow(tx, { id, now: ctx.now });
    await recordEntry(tx, ctx, {
      act: "admin.invited",
      target: { kind: "admin", id, name: email },
      after: { email, name: input.name, role: input.role, linkExpiresAt: link.expiresAt },
    });
    return { admin, link: { url: link.url, expiresAt: link.expiresAt } };
  });
}
