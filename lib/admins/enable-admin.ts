import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { getAdminRow } from "./list-admins.ts";
import type { AdminRow } from "./model.ts";
import { tellWayInByAnother } from "./tell-way-in-by-another.ts";
import { countTokensBack } from "./tokens-back.ts";

/** Lets a disabled admin sign in again; no session comes back, but API tokens that they made and that are not over do. They are told. Recorded as `admin.enabled`. Needs `admin:write`. */
export async function enableAdmin(ctx: Context, { adminId }: { adminId: string }): Promise<AdminRow> {
  requirePermission(ctx, "admin:write");
  await requireApproval(ctx, "roles");
  return ctx.db.transaction(async (tx) => {
    const before = await getAdminRow(tx, { id: adminId, now: ctx.now });
    if (before.state !== "disabled") throw new DomainError("CONFLICT", "This admin is not disabled.");
    await tx.query("UPDATE admin SET disabled_at = NULL WHERE id = $1::uuid", [adminId]);
    const admin = await getAdminRow(tx, { id: adminId, now: ctx.now });
    await tellWayInByAnother(tx, ctx, {
      adminIds: [adminId],
      what: "Your account was enabled again",
      did: "enabled it.",
      means:
        admin.state === "active"
          ? "You sign in as before."
          : "You have no way to sign in yet: ask them for one.",
    });
    await recordEntry(tx, ctx, {
      act: "admin.enabled",
      target: { kind: "admin", id: adminId, name: admin.email },
      before: { state: "disabled" },
      after: { state: admin.state, apiTokens: await countTokensBack(tx, { adminId, now: ctx.now }) },
    });
    return admin;
  });
}
