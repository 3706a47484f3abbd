import { recordEntry } from "../audit/record-entry.ts";
import { readClock } from "../clocks/read-clock.ts";
import { systemContext } from "../context.ts";
import { changeLeased, FAILED, hasCome, heldFor, isFree, LET_GO } from "../db/leases.ts";
import type { Sql, SqlValue } from "../db/sql.ts";
import type { SqlDatabase } from "../db/sql-database.ts";
import { getEnv } from "../env.ts";
import { DomainError } from "../errors.ts";
import type { SinkKeeping } from "../event-streams/sealed-values.ts";
import { type Sent, waitMsAfter } from "../event-streams/sent.ts";
import { type NotificationKind, type Tone, WEBHOOK_BATCH } from "./model.ts";
import type { WebhookNotification } from "./webhook-body.ts";
import {
  openNotificationWebhook,
  WEBHOOK_COLUMNS,
  WEBHOOK_TARGET,
  type WebhookRecord,
} from "./webhook-record.ts";

export type WebhookDelivering = SinkKeeping & { db: SqlDatabase; workerId: string; signal: AbortSignal };

/** Longer than an attempt may take: nobody else sends while a worker that does lives. */
const LEASE_SECONDS = 30;

const LEASE = `
  UPDATE notification_webhook SET leased_by = $1::uuid, ${heldFor(LEASE_SECONDS)}
  WHERE id = 1 AND url IS NOT NULL AND status = 'running' AND ${hasCome("next_attempt_at")}
    AND ${isFree()}
    AND EXISTS (SELECT FROM notification WHERE webhook_due_at IS NOT NULL)
  RETURNING ${WEBHOOK_COLUMNS}`;

const NOTICES = `
  SELECT id, kind, at, tone, title, text, path, subject_kind AS "subjectKind", subject_id AS "subjectId", subject_name AS "subjectName", actor_name AS "actorName"
  FROM notification`;
const DUE = `${NOTICES} WHERE webhook_due_at IS NOT NULL ORDER BY id LIMIT $1::int`;

type Due = {
  id: string;
  kind: NotificationKind;
  at: Date;
  tone: Tone;
  title: string;
  text: string;
  path: string | null;
  subjectKind: string;
  subjectId: string;
  subjectName: string;
  actorName: string;
};

/** Some of the notifications, as the webhook tells them. */
export function readNotices(db: SqlDatabase, ids: readonly string[]): Promise<Due[]> {
  return db.query<Due>(`${NOTICES} WHERE id = ANY ($1::uuid[]) ORDER BY id`, [ids]);
}

export function webhookLineOf(row: Due): string {
  const { environmentName: environment, consoleUrl } = getEnv();
  const body: WebhookNotification = {
    type: "notification",
    id: row.id,
    kind: row.kind,
    at: row.at.toISOString(),
    tone: row.tone,
    title: row.title,
    text: row.text,
    url: row.path === null ? null : `${consoleUrl}${row.path}`,
    subject: { kind: row.subjectKind, id: row.subjectId, name: row.subjectName },
    actor: { name: row.actorName },
    environment,
  };
  return JSON.stringify(body);
}

/** What changes of the webhook, unless it is not this worker's any more. */
const keep = (
  tx: Sql,
  { workerId }: WebhookDelivering,
  change: string,
  values: readonly SqlValue[] = [],
): Promise<boolean> => changeLeased(tx, { table: "notification_webhook", id: 1, workerId }, change, values);

async function attempt(
  delivering: WebhookDelivering,
  record: WebhookRecord & { url: string },
  rows: readonly Due[],
): Promise<Sent> {
  try {
    const webhook = await openNotificationWebhook(record, delivering);
    const lines = rows.map((row) => ({ json: webhookLineOf(row) }));
    return await webhook.send(lines, await readClock(delivering.db), delivering.signal);
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { outcome: "failed", why: "is not called: the master key does not open its secret" };
  }
}

/** Who says that it is there no more is asked no more. Recorded as the worker's `notification_webhook.paused`. */
async function pauseGone(delivering: WebhookDelivering, why: string): Promise<void> {
  const { db } = delivering;
  await db.transaction(async (tx) => {
    const isPaused = await keep(
      tx,
      delivering,
      `status = 'paused', status_reason = $3::text, last_error = $3::text, last_error_at = clock_timestamp(), failures = failures + 1, next_attempt_at = NULL, ${LET_GO}`,
      [why],
    );
    if (!isPaused) return;
    await recordEntry(tx, systemContext(db, "worker", await readClock(tx)), {
      act: "notification_webhook.paused",
      target: WEBHOOK_TARGET,
      note: `The webhook ${why}`,
      before: { status: "running" },
      after: { status: "paused" },
    });
  });
}

/**
 * Sends some of the notifications that wait, in their order: at least once each, since they count as sent after they were taken. What fails is waited for and nothing is left out; who says that it is
 * there no more is paused. One worker at a time sends.
 *
 * @returns whether there may be more.
 */
export async function deliverNotifications(delivering: WebhookDelivering): Promise<boolean> {
  const { db, workerId, signal } = delivering;
  const [record] = await db.query<WebhookRecord>(LEASE, [workerId]);
  if (record === undefined || record.url === null) return false;
  // after a failure one alone shows whether it was the batch
  const batch = record.failures === 0 ? WEBHOOK_BATCH : 1;
  const due = await db.query<Due>(DUE, [batch]);
  const sent = await attempt(delivering, { ...record, url: record.url }, due);
  switch (sent.outcome) {
    case "taken":
      return db.transaction(async (tx) => {
        const isOurs = await keep(
          tx,
          delivering,
          `delivered = delivered + $3::int, last_delivered_at = clock_timestamp(), failures = 0, next_attempt_at = NULL, ${LET_GO}`,
          [due.length],
        );
        if (isOurs)
          await tx.query("UPDATE notification SET webhook_due_at = NULL WHERE id = ANY ($1::uuid[])", [
            due.map(({ id }) => id),
          ]);
        return due.length === batch;
      });
    case "gone":
      await pauseGone(delivering, sent.why);
      return false;
    case "too_large":
    case "failed": {
      // stopped in the middle: nobody's fault, and another worker's turn
      if (signal.aborted) {
        await keep(db, delivering, LET_GO);
        return false;
      }
      const failures = record.failures + 1;
      await keep(db, delivering, FAILED, [failures, sent.why, waitMsAfter(sent, failures)]);
      return false;
    }
    default:
      return sent satisfies never;
  }
}
