import { requireApproval } from "../approvals/require-approval.ts";
import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { tellSettingsChanged } from "../notifications/tell-settings-changed.ts";
import { requireCallable } from "../outbound/require-callable.ts";
import type { SaveMailSettingsInput } from "./input.ts";
import {
  auditedMailSettings,
  MAIL_SETTINGS_ID,
  MAIL_SETTINGS_TARGET,
  type MailKeeping,
  type MailSettingsRecord,
  mailPasswordLabel,
  mailServerUrl,
  readMailRecord,
  readMailSettings,
} from "./mail-settings.ts";
import type { MailSettings } from "./model.ts";

/** A password is given to the server that it was entered for, and to no other. */
function keptPassword(before: MailSettingsRecord, input: SaveMailSettingsInput): Buffer | null {
  if (input.username === null) return null;
  const isSame =
    before.host === input.host &&
    before.port === input.port &&
    before.username === input.username &&
    // what was sealed is not sent in the clear because somebody changed a word
    (input.tls !== "plain" || before.tls === "plain");
  if (isSame && before.passwordWrapped !== null) return before.passwordWrapped;
  throw new DomainError("INVALID_INPUT", "Give the password of this user at this server.", {
    fields: [{ path: "password", message: "must be given for this user and server" }],
  });
}

/**
 * Says by which server e-mail leaves. What waits is tried at once. Recorded as `mail_settings.updated`, never the password; a change of nothing records nothing. Needs
 * `mail-settings:write` and, since what alarms the owners leaves by it, a fresh proof.
 *
 * @throws {DomainError} STALE_VERSION, INVALID_INPUT for a server that may not be called, or a password without a user or a new server without one.
 * @throws {StepUpRequired} streams
 */
export async function saveMailSettings(
  ctx: Context,
  input: SaveMailSettingsInput,
  { outbound, wrapper }: MailKeeping,
): Promise<MailSettings> {
  requirePermission(ctx, "mail-settings:write");
  await requireApproval(ctx, "streams");
  if (input.username === null && input.password !== undefined)
    throw new DomainError("INVALID_INPUT", "A password needs a user.", {
      fields: [{ path: "username", message: "must be there for the password" }],
    });
  await requireCallable(outbound, mailServerUrl(input), "host", "smtp");
  const sealed =
    input.password === undefined
      ? null
      : await wrapper.wrap(Buffer.from(input.password, "utf8"), mailPasswordLabel(MAIL_SETTINGS_ID));
  await ctx.db.transaction(async (tx) => {
    const before = await readMailRecord(tx, "update");
    await requireVersion(tx, input.version, {
      what: "The settings",
      act: "mail_settings.updated",
      targetId: MAIL_SETTINGS_ID,
      version: before.version,
    });
    const next: MailSettingsRecord = {
      ...before,
      host: input.host,
      port: input.port,
      tls: input.tls,
      username: input.username,
      passwordWrapped: sealed ?? keptPassword(before, input),
      caPem: input.caPem,
      fromAddress: input.fromAddress,
      fromName: input.fromName,
    };
    const changes = changesOf(auditedMailSettings(before), auditedMailSettings(next));
    if (changes === null && sealed === null && next.caPem === before.caPem) return;
    await tx.query(
      `UPDATE mail_settings SET host = $1::text, port = $2::int, tls = $3::text, username = $4::text, password_wrapped = $5::bytea, ca_pem = $6::text,
         from_address = $7::text, from_name = $8::text, updated_at = $9::timestamptz, version = version + 1 WHERE id = 1`,
      [
        next.host,
        next.port,
        next.tls,
        next.username,
        next.passwordWrapped,
        next.caPem,
        next.fromAddress,
        next.fromName,
        ctx.now,
      ],
    );
    await tx.query("UPDATE mail SET next_attempt_at = $1::timestamptz WHERE state = 'queued'", [ctx.now]);
    await tellSettingsChanged(tx, ctx, { what: "the mail server", path: "/settings/mail" });
    await recordEntry(tx, ctx, {
      act: "mail_settings.updated",
      target: MAIL_SETTINGS_TARGET,
      before: changes?.before,
      after: { ...changes?.after, ...(sealed === null ? {} : { password: "a new one" }) },
    });
  });
  return readMailSettings(ctx.db);
}
