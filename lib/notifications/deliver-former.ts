import { readClock } from "../clocks/read-clock.ts";
import { hasCome, heldFor } from "../db/leases.ts";
import { DomainError } from "../errors.ts";
import { openWebhook } from "../event-streams/open-sink.ts";
import type { Sent } from "../event-streams/sent.ts";
import { backoffMs } from "../outbound/backoff.ts";
import { readNotices, type WebhookDelivering, webhookLineOf } from "./deliver-webhook.ts";
import { webhookAuthorizationLabel, webhookSecretLabel } from "./webhook-labels.ts";
import { WEBHOOK_ID } from "./webhook-record.ts";

/** Longer than an attempt may take: nobody else sends it while a worker that does lives. */
const LEASE_SECONDS = 30;

const LEASE = `
  UPDATE former_webhook f SET ${heldFor(LEASE_SECONDS)}, attempts = f.attempts + 1
  FROM (SELECT notification_id FROM former_webhook WHERE ${hasCome("next_attempt_at")} AND ${hasCome("leased_until")}
    ORDER BY next_attempt_at, notification_id LIMIT 1 FOR UPDATE SKIP LOCKED) n
  WHERE f.notification_id = n.notification_id
  RETURNING f.notification_id AS id, f.url, f.secret_wrapped AS "secretWrapped", f.authorization_wrapped AS "authorizationWrapped", f.attempts,
    f.give_up_at <= clock_timestamp() AS "isOver"`;

type Former = {
  id: string;
  url: string;
  secretWrapped: Buffer;
  authorizationWrapped: Buffer | null;
  attempts: number;
  isOver: boolean;
};

async function attempt(delivering: WebhookDelivering, former: Former): Promise<Sent> {
  try {
    const labels = {
      secret: webhookSecretLabel(WEBHOOK_ID),
      authorization: webhookAuthorizationLabel(WEBHOOK_ID),
    };
    const settings = {
      ...former,
      id: "notifications",
      previousSecretWrapped: null,
      previousSecretUntil: null,
    };
    const webhook = await openWebhook(settings, labels, delivering);
    const lines = (await readNotices(delivering.db, [former.id])).map((row) => ({
      json: webhookLineOf(row),
    }));
    return await webhook.send(lines, await readClock(delivering.db), delivering.signal);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { outcome: "failed", why: "is not called: the master key does not open its secret" };
  }
}

/**
 * Sends an alarm to the webhook that its own act has changed, as it was before: at least once, until it is taken, given up after a day, or the address is there no more. Its secret
 * goes with it.
 *
 * @returns whether there may be more.
 */
export async function deliverFormer(delivering: WebhookDelivering): Promise<boolean> {
  const { db, signal } = delivering;
  const [former] = await db.query<Former>(LEASE);
  if (former === undefined) return false;
  const sent = await attempt(delivering, former);
  const isFailure = sent.outcome === "failed";
  if (!isFailure || (former.isOver && !signal.aborted)) {
    await db.query("DELETE FROM former_webhook WHERE notification_id = $1::uuid", [former.id]);
    return true;
  }
  await db.query(
    `UPDATE former_webhook SET last_error = $2::text, leased_until = NULL, next_attempt_at = clock_timestamp() + $3::int * interval '1 millisecond'
     WHERE notification_id = $1::uuid`,
    [former.id, sent.why, Math.max(backoffMs(former.attempts), sent.retryAfterMs ?? 0)],
  );
  return true;
}
