"use client";

import { ActionIcon } from "@mantine/core";
import { IconMail, IconMailOpened } from "@tabler/icons-react";
import Link from "next/link";
import { visibleText } from "#lib/input/visible-text.ts";
import { KINDS, type NotificationRow } from "#lib/notifications/model.ts";
import { Instant } from "../display/instant.tsx";
import { Hint } from "../on-demand/hint.tsx";
import classes from "./notifications.module.css";
import { ToneIcon } from "./tone-icon.tsx";

/** One notification: what happened, when, the way to it, and whether it was read. */
export function NotificationItem({
  row,
  isShort = false,
  onMark,
  onGo,
}: {
  row: NotificationRow;
  /** Two lines of its text at most. */
  isShort?: boolean;
  onMark: (isRead: boolean) => void;
  /** Its link was followed. */
  onGo?: () => void;
}) {
  const isUnread = row.readAt === null;
  const act = isUnread ? "Mark as read" : "Mark as not read";
  function go() {
    if (isUnread) onMark(true);
    onGo?.();
  }
  return (
    <li className={classes.item} data-unread={isUnread || undefined} data-notification={row.id}>
      <ToneIcon tone={row.tone} />
      <div className={classes.words}>
        {row.path === null ? (
          <span className={classes.title}>{visibleText(row.title)}</span>
        ) : (
          <Link prefetch={false} href={row.path} onClick={go} className={classes.title}>
            {visibleText(row.title)}
          </Link>
        )}
        <p className={classes.text} data-short={isShort || undefined}>
          {visibleText(row.text)}
        </p>
        <p className={classes.about}>
          <Instant at={row.at} focusable={!isShort} />
          <span>{KINDS[row.kind].name}</span>
          <span>{isUnread ? "not read" : "read"}</span>
        </p>
      </div>
      <Hint label={act}>
        <ActionIcon aria-label={`${act}: ${row.title}`} onClick={() => onMark(isUnread)}>
          {isUnread ? <IconMailOpened size={16} /> : <IconMail size={16} />}
        </ActionIcon>
      </Hint>
    </li>
  );
}
