import { requirePermission } from "../authz/require-permission.ts";
import type { Context } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { DomainError } from "../errors.ts";
import { openWebhook } from "../event-streams/open-sink.ts";
import type { SinkKeeping } from "../event-streams/sealed-values.ts";
import type { NotificationKind, NotificationWebhook, WebhookStatus } from "./model.ts";
import { webhookAuthorizationLabel, webhookSecretLabel } from "./webhook-labels.ts";

/** There is one row. */
export const WEBHOOK_ID = "1";
export const WEBHOOK_TARGET = { kind: "notification_webhook", id: WEBHOOK_ID, name: "Webhook" };

/** The row, what is secret of it sealed. */
export type WebhookRecord = {
  url: string | null;
  kinds: NotificationKind[];
  status: WebhookStatus;
  statusReason: string;
  secretWrapped: Buffer | null;
  previousSecretWrapped: Buffer | null;
  previousSecretUntil: Date | null;
  authorizationWrapped: Buffer | null;
  delivered: bigint;
  lastDeliveredAt: Date | null;
  lastError: string | null;
  lastErrorAt: Date | null;
  failures: number;
  nextAttemptAt: Date | null;
  testedAt: Date | null;
  updatedAt: Date;
  version: number;
};

export const WEBHOOK_COLUMNS = `url, kinds, status, status_reason AS "statusReason", secret_wrapped AS "secretWrapped", previous_secret_wrapped AS "previousSecretWrapped",
  CASE WHEN previous_secret_until > clock_timestamp() THEN previous_secret_until END AS "previousSecretUntil", authorization_wrapped AS "authorizationWrapped", delivered,
  last_delivered_at AS "lastDeliveredAt", last_error AS "lastError", last_error_at AS "lastErrorAt", failures, next_attempt_at AS "nextAttemptAt", tested_at AS "testedAt",
  updated_at AS "updatedAt", version`;

/** @param lock holds it until the transaction ends. */
export async function readWebhookRecord(db: Sql, lock = false): Promise<WebhookRecord> {
  const [row] = await db.query<WebhookRecord>(
    `SELECT ${WEBHOOK_COLUMNS} FROM notification_webhook WHERE id = 1${lock ? " FOR UPDATE" : ""}`,
  );
  if (row === undefined) throw new DomainError("UNAVAILABLE", "The settings of the webhook are missing.");
  return row;
}

/** The same where there is one. @throws {DomainError} CONFLICT */
export async function lockWebhook(tx: Sql): Promise<WebhookRecord & { url: string }> {
  const record = await readWebhookRecord(tx, true);
  if (record.url === null) throw new DomainError("CONFLICT", "There is no webhook: set one up first.");
  return { ...record, url: record.url };
}

/** Opens it for as long as it is used. @throws {DomainError} where the master key does not open what is sealed. */
export function openNotificationWebhook(record: WebhookRecord & { url: string }, keeping: SinkKeeping) {
  return openWebhook(
    { ...record, id: "notifications" },
    { secret: webhookSecretLabel(WEBHOOK_ID), authorization: webhookAuthorizationLabel(WEBHOOK_ID) },
    keeping,
  );
}

/** What an audit entry says of it; never a key, or what is sent as Authorization. */
export function auditedWebhook({ url, kinds, authorizationWrapped }: WebhookRecord): Record<string, unknown> {
  return { url, kinds, authorization: authorizationWrapped === null ? null : "set" };
}

export async function readWebhook(db: Sql): Promise<NotificationWebhook> {
  // one statement: what is taken is not counted as waiting too
  const [record] = await db.query<WebhookRecord & { waiting: number; waitsSince: Date | null }>(
    `SELECT ${WEBHOOK_COLUMNS}, l.waiting, l.since AS "waitsSince" FROM notification_webhook,
       (SELECT count(*)::int AS waiting, min(webhook_due_at) AS since FROM notification WHERE webhook_due_at IS NOT NULL) l WHERE id = 1`,
  );
  if (record === undefined) throw new DomainError("UNAVAILABLE", "The settings of the webhook are missing.");
  const iso = (at: Date | null) => at?.toISOString() ?? null;
  return {
    url: record.url,
    kinds: record.kinds,
    status: record.status,
    statusReason: record.statusReason,
    hasAuthorization: record.authorizationWrapped !== null,
    previousSecretUntil: iso(record.previousSecretUntil),
    lag: { count: record.waiting, since: iso(record.waitsSince) },
    delivered: Number(record.delivered),
    lastDeliveredAt: iso(record.lastDeliveredAt),
    lastError: record.lastError,
    lastErrorAt: iso(record.lastErrorAt),
    failures: record.failures,
    nextAttemptAt: iso(record.nextAttemptAt),
    testedAt: iso(record.testedAt),
    updatedAt: record.updatedAt.toISOString(),
    version: record.version,
  };
}

/** Where notifications are sent, without its secrets, and how far that is behind. Needs `organisation:read`. */
export async function getNotificationWebhook(ctx: Context): Promise<NotificationWebhook> {
  requirePermission(ctx, "organisation:read");
  return readWebhook(ctx.db);
}
