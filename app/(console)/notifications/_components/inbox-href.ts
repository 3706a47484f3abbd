import type { NotificationKind } from "#lib/notifications/model.ts";

/** Which of them are shown. */
export type InboxQuery = { unread: boolean; kind: NotificationKind | null };

/** The page that shows them, and from where on. */
export function inboxHref({ unread, kind }: InboxQuery, before?: string): string {
  const given = new URLSearchParams({
    ...(unread ? { unread: "true" } : {}),
    ...(kind === null ? {} : { kind }),
    ...(before === undefined ? {} : { before }),
  });
  return given.size === 0 ? "/notifications" : `/notifications?${given}`;
}
