import { requireApproval } from "../approvals/require-approval.ts";
import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { PREVIOUS_SECRET_HOURS } from "../event-streams/model.ts";
import { newSigningSecret, wrapText } from "../event-streams/sealed-values.ts";
import type { KeyWrapper } from "../keys/key-wrapper.ts";
import type { NotificationWebhook, SavedWebhook, WebhookStatus } from "./model.ts";
import { webhookSecretLabel } from "./webhook-labels.ts";
import { lockWebhook, readWebhook, WEBHOOK_ID, WEBHOOK_TARGET } from "./webhook-record.ts";

/**
 * Pauses the webhook or lets it go on: what comes meanwhile waits, and is sent at once then. Idempotent. Recorded as `notification_webhook.paused` or `notification_webhook.resumed`.
 * Needs `notification-settings:write`.
 *
 * @throws {DomainError} CONFLICT where there is none
 * @throws {StepUpRequired} streams
 */
export async function switchNotificationWebhook(
  ctx: Context,
  { status }: { status: WebhookStatus },
): Promise<NotificationWebhook> {
  requirePermission(ctx, "notification-settings:write");
  await requireApproval(ctx, "streams");
  return ctx.db.transaction(async (tx) => {
    const before = await lockWebhook(tx);
    if (before.status !== status) {
      await tx.query(
        `UPDATE notification_webhook SET status = $1::text, status_reason = '', failures = 0, next_attempt_at = NULL, leased_by = NULL, leased_until = NULL,
           updated_at = $2::timestamptz WHERE id = 1`,
        [status, ctx.now],
      );
      await recordEntry(tx, ctx, {
        act: status === "paused" ? "notification_webhook.paused" : "notification_webhook.resumed",
        target: WEBHOOK_TARGET,
        before: { status: before.status },
        after: { status },
      });
    }
    return readWebhook(tx);
  });
}

/**
 * Gives the webhook a new key for its signatures, shown once; the present one signs beside it for a day. Recorded as `notification_webhook.secret_rotated`. Needs
 * `notification-settings:write`.
 *
 * @throws {DomainError} CONFLICT where there is none
 * @throws {StepUpRequired} streams
 */
export async function rotateWebhookSecret(
  ctx: Context,
  { wrapper }: { wrapper: KeyWrapper },
): Promise<SavedWebhook> {
  requirePermission(ctx, "notification-settings:write");
  await requireApproval(ctx, "streams");
  const secret = newSigningSecret();
  const wrapped = await wrapText(wrapper, webhookSecretLabel(WEBHOOK_ID), secret);
  return ctx.db.transaction(async (tx) => {
    await lockWebhook(tx);
    const until = new Date(ctx.now.getTime() + PREVIOUS_SECRET_HOURS * 3_600_000);
    await tx.query(
      `UPDATE notification_webhook SET previous_secret_wrapped = secret_wrapped, previous_secret_until = $2::timestamptz, secret_wrapped = $1::bytea, leased_by = NULL,
         leased_until = NULL, updated_at = $3::timestamptz WHERE id = 1`,
      [wrapped, until, ctx.now],
    );
    await recordEntry(tx, ctx, {
      act: "notification_webhook.secret_rotated",
      target: WEBHOOK_TARGET,
      after: { previousSignsUntil: until.toISOString() },
    });
    return { webhook: await readWebhook(tx), secret };
  });
}
