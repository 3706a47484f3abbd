import { requireApproval } from "../approvals/require-approval.ts";
import { requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { tellSettingsChanged } from "../notifications/tell-settings-changed.ts";
import {
  auditedMailSettings,
  MAIL_SETTINGS_ID,
  MAIL_SETTINGS_TARGET,
  readMailRecord,
  readMailSettings,
} from "./mail-settings.ts";
import type { MailSettings } from "./model.ts";

/**
 * Takes the mail server and its password away: no e-mail leaves any more, and what waits goes on waiting until it is given up. Recorded as `mail_settings.removed`. Needs
 * `mail-settings:write` and, since what alarms the owners leaves by it, a fresh proof.
 *
 * @throws {DomainError} STALE_VERSION, ALREADY_ENDED where there is none.
 * @throws {StepUpRequired} streams
 */
export async function stopMail(ctx: Context, { version }: { version: number }): Promise<MailSettings> {
  requirePermission(ctx, "mail-settings:write");
  await requireApproval(ctx, "streams");
  await ctx.db.transaction(async (tx) => {
    const before = await readMailRecord(tx, "update");
    await requireVersion(tx, version, {
      what: "The settings",
      act: "mail_settings.updated",
      targetId: MAIL_SETTINGS_ID,
      version: before.version,
    });
    if (before.host === null) throw new DomainError("ALREADY_ENDED", "There is no mail server.");
    await tx.query(
      `UPDATE mail_settings SET host = NULL, port = NULL, tls = NULL, username = NULL, password_wrapped = NULL, ca_pem = NULL, from_address = NULL,
         from_name = '', updated_at = $1::timestamptz, version = version + 1 WHERE id = 1`,
      [ctx.now],
    );
    await tellSettingsChanged(tx, ctx, { what: "the mail server", path: "/settings/mail" });
    await recordEntry(tx, ctx, {
      act: "mail_settings.removed",
      target: MAIL_SETTINGS_TARGET,
      before: auditedMailSettings(before),
    });
  });
  return readMailSettings(ctx.db);
}
