import { IconAdjustments } from "@tabler/icons-react";
import type { Metadata } from "next";
import { requireSignedIn } from "#app/_lib/context.ts";
import { LinkButton } from "#components/display/link-button.tsx";
import { PageTurns } from "#components/display/page-turns.tsx";
import { Page, PageHeader } from "#components/frame/page-header.tsx";
import { kindsOf } from "#lib/notifications/choices.ts";
import { notificationsQuery } from "#lib/notifications/input.ts";
import { listNotifications } from "#lib/notifications/list-notifications.ts";
import { Inbox } from "./_components/inbox.tsx";
import { inboxHref } from "./_components/inbox-href.ts";
import { notificationWords as words } from "./_components/words.ts";

export const metadata: Metadata = { title: words.title };

type NotificationsPageProps = { searchParams: Promise<Record<string, string | string[] | undefined>> };

export default async function NotificationsPage({ searchParams }: NotificationsPageProps) {
  const given = await searchParams;
  // what is none is left out, one by one
  const part = (name: "unread" | "kind" | "before") =>
    notificationsQuery.safeParse({ [name]: given[name] }).data?.[name];
  const [unread, kind, before] = [part("unread"), part("kind"), part("before")];
  const query = {
    unread: unread !== undefined,
    kind: notificationsQuery.shape.kind.parse(kind) ?? null,
  };
  const ctx = await requireSignedIn(inboxHref(query, before));
  const page = await listNotifications(ctx, notificationsQuery.parse({ unread, kind, before }));
  return (
    <Page>
      <PageHeader
        title={words.title}
        purpose={words.purpose}
        actions={
          <LinkButton href="/account#notifications" leftSection={<IconAdjustments size={16} />}>
            {words.choose}
          </LinkButton>
        }
      />
      <Inbox rows={page.rows} unread={page.unread} kinds={kindsOf(ctx.actor.role)} query={query} />
      <PageTurns
        newestHref={before === undefined ? null : inboxHref(query)}
        olderHref={page.next === null ? null : inboxHref(query, page.next)}
      />
    </Page>
  );
}
