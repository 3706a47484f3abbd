import type { SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { type FormerServer, keepFormerServer } from "../mail/former-server.ts";
import { type MailServer, mailServerOf, readMailRecord } from "../mail/mail-settings.ts";
import { GIVE_UP_HOURS } from "../mail/model.ts";
import { type NotificationKind, WEBHOOK_ALWAYS } from "./model.ts";
import { readWebhookRecord, type WebhookRecord } from "./webhook-record.ts";

/** How what is told leaves this product: by which mail server, and to which webhook. */
export type Ways = { mail: MailServer | null; webhook: WebhookRecord };

/** As they are now: before an act that may change them and is told of. */
export async function readWays(tx: Sql): Promise<Ways> {
  return { mail: mailServerOf(await readMailRecord(tx)), webhook: await readWebhookRecord(tx) };
}

/** Whether what is told would go there. */
function isOpenTo({ url, kinds, status }: WebhookRecord, kind: NotificationKind): boolean {
  return url !== null && status === "running" && (kinds.includes(kind) || WEBHOOK_ALWAYS.includes(kind));
}

function isSameWebhook(one: WebhookRecord, other: WebhookRecord): boolean {
  const [a, b] = [one.authorizationWrapped, other.authorizationWrapped];
  return one.url === other.url && (a === null || b === null ? a === b : Buffer.compare(a, b) === 0);
}

/**
 * Of something that is told beside the act that changed how: it goes to the webhook of before too.
 *
 * @returns the mail server of before, for the mails that are to leave by it too; null where it is the one of now.
 */
export async function tellByFormer(
  tx: Sql,
  ctx: Pick<SqlContext, "now">,
  before: Ways,
  { id, kind }: { id: string; kind: NotificationKind },
): Promise<FormerServer | null> {
  const present = await readWebhookRecord(tx);
  const goesOn = isOpenTo(present, kind) && isSameWebhook(present, before.webhook);
  if (isOpenTo(before.webhook, kind) && !goesOn)
    await tx.query(
      `INSERT INTO former_webhook (notification_id, url, secret_wrapped, authorization_wrapped, next_attempt_at, give_up_at)
       VALUES ($1::uuid, $2::text, $3::bytea, $4::bytea, $5::timestamptz, $5::timestamptz + interval '${GIVE_UP_HOURS} hours') ON CONFLICT DO NOTHING`,
      [id, before.webhook.url, before.webhook.secretWrapped, before.webhook.authorizationWrapped, ctx.now],
    );
  return keepFormerServer(tx, ctx, before.mail);
}
