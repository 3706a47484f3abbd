import { recordEntry } from "../audit/record-entry.ts";
import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import { getEnv } from "../env.ts";
import { tooManyAttempts } from "../errors.ts";
import type { SinkKeeping } from "../event-streams/sealed-values.ts";
import { uuidv7 } from "../ids.ts";
import { type TestedWebhook, WEBHOOK_TEST_EVERY_SECONDS } from "./model.ts";
import type { WebhookTest } from "./webhook-body.ts";
import { lockWebhook, openNotificationWebhook, readWebhook, WEBHOOK_TARGET } from "./webhook-record.ts";

/**
 * Sends one notification that says of itself that it is a test, at once, and tells what was answered. Where it was taken, what waits is tried at once. Recorded as
 * `notification_webhook.tested` before it is sent. Needs `notification-settings:write`.
 *
 * @throws {DomainError} CONFLICT where there is none, TOO_MANY_ATTEMPTS where the last one was a moment ago.
 */
export async function testNotificationWebhook(ctx: Context, keeping: SinkKeeping): Promise<TestedWebhook> {
  requirePermission(ctx, "notification-settings:write");
  const record = await ctx.db.transaction(async (tx) => {
    const found = await lockWebhook(tx);
    const waitMs = (found.testedAt?.getTime() ?? 0) + WEBHOOK_TEST_EVERY_SECONDS * 1_000 - ctx.now.getTime();
    if (waitMs > 0) throw tooManyAttempts(`One test in ${WEBHOOK_TEST_EVERY_SECONDS} seconds`, waitMs);
    await tx.query("UPDATE notification_webhook SET tested_at = $1::timestamptz WHERE id = 1", [ctx.now]);
    await recordEntry(tx, ctx, { act: "notification_webhook.tested", target: WEBHOOK_TARGET });
    return found;
  });
  const test: WebhookTest = {
    type: "test",
    id: uuidv7(ctx.now),
    at: ctx.now.toISOString(),
    isTest: true,
    message: `A test of the webhook of notifications, sent by ${ctx.actor.name}: nothing happened.`,
    environment: getEnv().environmentName,
  };
  const webhook = await openNotificationWebhook(record, keeping);
  const sent = await webhook.send([{ json: JSON.stringify(test) }], ctx.now);
  if (sent.outcome === "taken")
    await ctx.db.query("UPDATE notification_webhook SET next_attempt_at = NULL WHERE id = 1");
  return {
    webhook: await readWebhook(ctx.db),
    isTaken: sent.outcome === "taken",
    answer: sent.outcome === "taken" ? sent.answer : sent.why,
  };
}
