import { requireAdmin } from "../authz/require-admin.ts";
import type { Context, SqlContext } from "../context.ts";
import type { Sql } from "../db/sql.ts";
import { run, sql } from "../list-query/sql-fragment.ts";
import type { MarkNotificationsInput } from "./input.ts";
import { countUnread, isTheirs } from "./list-notifications.ts";

/**
 * Marks the asking admin's own as read, or as not read again; others' are passed over. A person's own order of work: not recorded. Idempotent.
 *
 * @returns how many are left to read.
 * @throws {DomainError} CONFLICT for who is no admin.
 */
export async function markNotifications(
  ctx: Context,
  { ids, upTo, isRead }: MarkNotificationsInput,
): Promise<{ unread: number }> {
  const admin = requireAdmin(ctx);
  // ids are in the order of time
  const which =
    ids === undefined
      ? sql`r.notification_id <= ${upTo ?? null}::uuid`
      : sql`r.notification_id = ANY (${ids}::uuid[])`;
  const readAt = isRead ? sql`${ctx.now}::timestamptz` : sql`NULL`;
  await run(
    ctx.db,
    sql`UPDATE notification_receipt r SET read_at = ${readAt} FROM notification n
      WHERE n.id = r.notification_id AND ${isTheirs(admin)} AND ${which} AND (r.read_at IS NULL) = ${isRead}::boolean`,
  );
  return { unread: await countUnread(ctx) };
}

/** Marks what was told under a key as read by everybody: what it asked for was answered. Inside of the transaction that answers it. */
export async function markSettled(tx: Sql, { now }: Pick<SqlContext, "now">, key: string): Promise<void> {
  await tx.query(
    `UPDATE notification_receipt r SET read_at = $2::timestamptz FROM notification n
     WHERE n.key = $1::text AND r.notification_id = n.id AND r.read_at IS NULL`,
    [key, now],
  );
}
