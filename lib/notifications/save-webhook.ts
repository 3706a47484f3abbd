import { requireApproval } from "../approvals/require-approval.ts";
import { changesOf, requireVersion } from "../audit/changes.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { DomainError } from "../errors.ts";
import { newSigningSecret, type SinkKeeping, wrapText } from "../event-streams/sealed-values.ts";
import { requireCallable } from "../outbound/require-callable.ts";
import type { SaveWebhookInput } from "./input.ts";
import type { NotificationWebhook, SavedWebhook } from "./model.ts";
import { tellSettingsChanged } from "./tell-settings-changed.ts";
import { webhookAuthorizationLabel, webhookSecretLabel } from "./webhook-labels.ts";
import {
  auditedWebhook,
  lockWebhook,
  readWebhook,
  readWebhookRecord,
  WEBHOOK_ID,
  WEBHOOK_TARGET,
  type WebhookRecord,
} from "./webhook-record.ts";

/** What one address is sent as Authorization is a secret of that address: another one is not sent it without a word. */
function requireAuthorizationAnew(before: WebhookRecord, input: SaveWebhookInput): void {
  if (before.authorizationWrapped === null || input.authorization !== undefined) return;
  if (before.url === input.url) return;
  throw new DomainError(
    "INVALID_INPUT",
    "The address is another one: say again what is sent there as Authorization.",
    {
      fields: [
        { path: "authorization", message: "must be said again for another address, or that there is none" },
      ],
    },
  );
}

/**
 * Says where notifications are sent, and which. A first address gets a key for the signatures, shown once; what waits is sent by the new settings, at once. Recorded as
 * `notification_webhook.updated`; a change of nothing records nothing. Needs `notification-settings:write`.
 *
 * @throws {DomainError} STALE_VERSION, INVALID_INPUT for an address that may not be called.
 * @throws {StepUpRequired} streams
 */
export async function saveNotificationWebhook(
  ctx: Context,
  input: SaveWebhookInput,
  { outbound, wrapper }: SinkKeeping,
): Promise<SavedWebhook> {
  requirePermission(ctx, "notification-settings:write");
  await requireApproval(ctx, "streams");
  await requireCallable(outbound, input.url, "url");
  const newSecret = newSigningSecret();
  const sealed = {
    secret: await wrapText(wrapper, webhookSecretLabel(WEBHOOK_ID), newSecret),
    authorization:
      typeof input.authorization === "string"
        ? await wrapText(wrapper, webhookAuthorizationLabel(WEBHOOK_ID), input.authorization)
        : null,
  };
  return ctx.db.transaction(async (tx) => {
    const before = await readWebhookRecord(tx, true);
    await requireVersion(tx, input.version, {
      what: "The webhook",
      act: ["notification_webhook.updated", "notification_webhook.removed"],
      targetId: WEBHOOK_ID,
      version: before.version,
    });
    requireAuthorizationAnew(before, input);
    const isNew = before.url === null;
    const next: WebhookRecord = {
      ...before,
      url: input.url,
      kinds: input.kinds,
      secretWrapped: isNew ? sealed.secret : before.secretWrapped,
      authorizationWrapped:
        input.authorization === undefined ? before.authorizationWrapped : sealed.authorization,
    };
    const changes = changesOf(auditedWebhook(before), {
      ...auditedWebhook(next),
      ...(sealed.authorization === null ? {} : { authorization: "set anew" }),
    });
    if (changes === null) return { webhook: await readWebhook(tx), secret: null };
    await tx.query(
      `UPDATE notification_webhook SET url = $1::text, kinds = $2::text[], secret_wrapped = $3::bytea, authorization_wrapped = $4::bytea, failures = 0, next_attempt_at = NULL,
         leased_by = NULL, leased_until = NULL, updated_at = $5::timestamptz, version = version + 1 WHERE id = 1`,
      [next.url, next.kinds, next.secretWrapped, next.authorizationWrapped, ctx.now],
    );
    await tellSettingsChanged(tx, ctx, {
      what: "the webhook of notifications",
      path: "/settings/notifications",
    });
    await recordEntry(tx, ctx, { act: "notification_webhook.updated", target: WEBHOOK_TARGET, ...changes });
    return { webhook: await readWebhook(tx), secret: isNew ? newSecret : null };
  });
}

/**
 * Takes the webhook and its key away; what it had not sent is not sent any more, and stays in the console. Recorded as `notification_webhook.removed`. Needs
 * `notification-settings:write`.
 *
 * @throws {DomainError} STALE_VERSION, CONFLICT where there is none
 * @throws {StepUpRequired} streams
 */
export async function removeNotificationWebhook(
  ctx: Context,
  { version }: { version: number },
): Promise<NotificationWebhook> {
  requirePermission(ctx, "notification-settings:write");
  await requireApproval(ctx, "streams");
  return ctx.db.transaction(async (tx) => {
    const before = await lockWebhook(tx);
    await requireVersion(tx, version, {
      what: "The webhook",
      act: ["notification_webhook.updated", "notification_webhook.removed"],
      targetId: WEBHOOK_ID,
      version: before.version,
    });
    const dropped = await tx.query(
      "UPDATE notification SET webhook_due_at = NULL WHERE webhook_due_at IS NOT NULL RETURNING id",
    );
    await tx.query(
      `UPDATE notification_webhook SET url = NULL, kinds = '{}', status = 'running', status_reason = '', secret_wrapped = NULL, previous_secret_wrapped = NULL,
         previous_secret_until = NULL, authorization_wrapped = NULL, delivered = 0, last_delivered_at = NULL, last_error = NULL, last_error_at = NULL, failures = 0,
         next_attempt_at = NULL, leased_by = NULL, leased_until = NULL, tested_at = NULL, updated_at = $1::timestamptz, version = version + 1 WHERE id = 1`,
      [ctx.now],
    );
    await tellSettingsChanged(tx, ctx, {
      what: "the webhook of notifications",
      path: "/settings/notifications",
    });
    await recordEntry(tx, ctx, {
      act: "notification_webhook.removed",
      target: WEBHOOK_TARGET,
      before: { ...auditedWebhook(before), undelivered: dropped.length },
    });
    return readWebhook(tx);
  });
}
