"use client";

import { Button, Group, NativeSelect } from "@mantine/core";
import { IconBell, IconChecks } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type RefObject, useEffect, useRef } from "react";
import { Card } from "#components/display/card.tsx";
import { EmptyState } from "#components/feedback/empty-state.tsx";
import { useToldSend } from "#components/form/use-told-send.ts";
import { PageTabs } from "#components/layout/page-tabs.tsx";
import { markRead } from "#components/notifications/mark-read.ts";
import { NotificationItem } from "#components/notifications/notification-item.tsx";
import classes from "#components/notifications/notifications.module.css";
import { KINDS, type NotificationKind, type NotificationRow } from "#lib/notifications/model.ts";
import { type InboxQuery, inboxHref } from "./inbox-href.ts";
import { notificationWords as words } from "./words.ts";

/** The links of the rows, in their order. */
function linksOf(list: HTMLElement | null): HTMLElement[] {
  return [...(list?.querySelectorAll<HTMLElement>("[data-notification]") ?? [])].flatMap(
    (item) => item.querySelector<HTMLElement>("a, button") ?? [],
  );
}

/** Walks through the rows and marks the one that has the focus, while nobody types and no dialog is open. */
function useInboxKeys(list: RefObject<HTMLElement | null>, onToggle: (id: string) => void): void {
  const toggle = useRef(onToggle);
  toggle.current = onToggle;
  useEffect(() => {
    function press(event: KeyboardEvent) {
      const { target, key } = event;
      if (event.defaultPrevented || event.metaKey || event.ctrlKey || event.altKey) return;
      if (
        target instanceof HTMLElement &&
        target.closest('input, textarea, select, [role="dialog"], [role="menu"]')
      )
        return;
      if (document.querySelector('[aria-modal="true"]')) return;
      const links = linksOf(list.current);
      const here = links.findIndex((link) => link.closest("li")?.contains(document.activeElement));
      if (key === "j" || key === "k") {
        const next = key === "j" ? Math.min(here + 1, links.length - 1) : Math.max(here - 1, 0);
        links[next]?.focus();
      } else if (key === "e" && here >= 0) {
        const id = links[here]?.closest<HTMLElement>("[data-notification]")?.dataset.notification;
        if (id !== undefined) toggle.current(id);
      } else return;
      event.preventDefault();
    }
    document.addEventListener("keydown", press);
    return () => document.removeEventListener("keydown", press);
  }, [list]);
}

/** What somebody was told of: read, marked and followed from here. */
export function Inbox({
  rows,
  unread,
  kinds,
  query,
}: {
  rows: NotificationRow[];
  /** How many are left to read, of all. */
  unread: number;
  /** Those that people of their role are told of. */
  kinds: NotificationKind[];
  query: InboxQuery;
}) {
  const router = useRouter();
  const request = useToldSend();
  const list = useRef<HTMLUListElement>(null);
  const newest = rows[0]?.id;

  async function mark(which: Parameters<typeof markRead>[0]) {
    const left = await request.run(() => markRead(which));
    if (left !== undefined) router.refresh();
  }
  const markOne = (row: NotificationRow, isRead: boolean) => void mark({ ids: [row.id], isRead });
  useInboxKeys(list, (id) => {
    const row = rows.find((one) => one.id === id);
    if (row !== undefined) markOne(row, row.readAt === null);
  });

  return (
    <>
      <PageTabs
        label={words.show}
        current={inboxHref(query)}
        tabs={[
          { href: inboxHref({ ...query, unread: false }), name: words.all },
          {
            href: inboxHref({ ...query, unread: true }),
            name: unread === 0 ? words.unread : `${words.unread} (${unread >= 100 ? "99+" : unread})`,
          },
        ]}
      >
        <Group gap="xs">
          <NativeSelect
            aria-label={words.kind}
            value={query.kind ?? ""}
            onChange={({ currentTarget: { value } }) =>
              router.push(inboxHref({ ...query, kind: value === "" ? null : (value as NotificationKind) }))
            }
            data={[
              { value: "", label: words.everyKind },
              ...kinds.map((kind) => ({ value: kind, label: KINDS[kind].name })),
            ]}
          />
          <Button
            leftSection={<IconChecks size={16} />}
            disabled={unread === 0 || newest === undefined || query.kind !== null}
            loading={request.isBusy}
            onClick={() => (newest === undefined ? undefined : void mark({ upTo: newest }))}
          >
            {words.markAll}
          </Button>
        </Group>
      </PageTabs>
      <Card flush={rows.length > 0}>
        {rows.length === 0 ? (
          <EmptyState
            icon={<IconBell size={28} stroke={1.5} />}
            title={query.kind !== null ? words.noneOfKind : query.unread ? words.noneLeft : words.none}
          >
            {query.kind !== null ? null : query.unread ? words.noneLeftText : words.noneText}
          </EmptyState>
        ) : (
          <ul ref={list} className={classes.list} aria-label={words.title}>
            {rows.map((row) => (
              <NotificationItem key={row.id} row={row} onMark={(isRead) => markOne(row, isRead)} />
            ))}
          </ul>
        )}
      </Card>
      {rows.length === 0 ? null : <p className="muted">{words.keys}</p>}
    </>
  );
}
