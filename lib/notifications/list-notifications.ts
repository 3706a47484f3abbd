import { requireAdmin } from "../authz/require-admin.ts";
import { permissionsOf } from "../authz/roles.ts";
import type { Context } from "../context.ts";
import { all, type Fragment, run, sql } from "../list-query/sql-fragment.ts";
import type { NotificationsQuery } from "./input.ts";
import type { NotificationPage, NotificationRow } from "./model.ts";

const PAGE = 50;
/** Unread ones are counted up to here. */
const UNREAD_MAX = 100;

type Reader = ReturnType<typeof requireAdmin>;
type NotificationRecord = Omit<NotificationRow, "at" | "readAt" | "subject"> & {
  at: Date;
  readAt: Date | null;
  subjectKind: string;
  subjectId: string;
  subjectName: string;
};

/** Whose they are, and that they may still see what it is about: roles change. */
export function isTheirs({ id, role }: Reader): Fragment {
  return sql`r.admin_id = ${id}::uuid AND (n.needs IS NULL OR n.needs = ANY (${permissionsOf(role)}::text[]))`;
}

/** How many the asking admin has not read, up to UNREAD_MAX. @throws {DomainError} CONFLICT for who is no admin. */
export async function countUnread(ctx: Context): Promise<number> {
  const [row] = await run<{ unread: number }>(
    ctx.db,
    sql`SELECT count(*)::int AS unread FROM (SELECT FROM notification_receipt r JOIN notification n ON n.id = r.notification_id
      WHERE ${isTheirs(requireAdmin(ctx))} AND r.read_at IS NULL LIMIT ${UNREAD_MAX}::int) u`,
  );
  return row?.unread ?? 0;
}

/** What the asking admin was told, newest first. @throws {DomainError} CONFLICT for who is no admin. */
export async function listNotifications(
  ctx: Context,
  { unread, kind, before, size = PAGE }: NotificationsQuery = {},
): Promise<NotificationPage> {
  const conditions = [
    isTheirs(requireAdmin(ctx)),
    // the newest of what goes on stands for those before it
    sql`(n.thread IS NULL OR NOT EXISTS (SELECT FROM notification l JOIN notification_receipt lr ON lr.notification_id = l.id AND lr.admin_id = r.admin_id
      WHERE l.thread = n.thread AND l.id > n.id))`,
    ...(unread === undefined ? [] : [sql`r.read_at IS NULL`]),
    ...(kind === undefined ? [] : [sql`n.kind = ${kind}`]),
    ...(before === undefined ? [] : [sql`n.id < ${before}::uuid`]),
  ];
  const records = await run<NotificationRecord>(
    ctx.db,
    sql`SELECT n.id, n.kind, n.at, n.tone, n.title, n.text, n.path, n.subject_kind AS "subjectKind", n.subject_id AS "subjectId", n.subject_name AS "subjectName",
        n.actor_name AS "actorName", r.read_at AS "readAt"
      FROM notification_receipt r JOIN notification n ON n.id = r.notification_id
      WHERE ${all(conditions)} ORDER BY r.notification_id DESC LIMIT ${size + 1}::int`,
  );
  const rows = records.slice(0, size).map(
    ({ at, readAt, subjectKind, subjectId, subjectName, ...record }): NotificationRow => ({
      ...record,
      at: at.toISOString(),
      subject: { kind: subjectKind, id: subjectId, name: subjectName },
      readAt: readAt?.toISOString() ?? null,
    }),
  );
  return {
    rows,
    next: records.length > size ? (rows.at(-1)?.id ?? null) : null,
    unread: await countUnread(ctx),
  };
}
