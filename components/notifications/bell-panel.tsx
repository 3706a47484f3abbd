"use client";

import { Button } from "@mantine/core";
import { IconChecks } from "@tabler/icons-react";
import Link from "next/link";
import { useState } from "react";
import type { NotificationPage } from "#lib/notifications/model.ts";
import { ProblemAlert } from "../feedback/problem-alert.tsx";
import { markRead } from "./mark-read.ts";
import { NotificationItem } from "./notification-item.tsx";
import classes from "./notifications.module.css";

/** The newest notifications, and the ways to all of them and to what one is told of. */
export function BellPanel({
  headingId,
  page,
  error,
  onUnread,
  onLook,
  onGo,
}: {
  headingId: string;
  page: NotificationPage | null;
  error: unknown;
  onUnread: (unread: number) => void;
  onLook: () => void;
  onGo: () => void;
}) {
  const [failed, setFailed] = useState<unknown>(null);
  const newest = page?.rows[0]?.id;

  async function mark(which: Parameters<typeof markRead>[0]) {
    setFailed(null);
    try {
      onUnread(await markRead(which));
      onLook();
    } catch (cause) {
      setFailed(cause);
    }
  }

  const problem = failed ?? error;
  return (
    <>
      <div className={classes.head}>
        <h2 id={headingId} className={classes.heading}>
          Notifications
        </h2>
        {page !== null && page.unread > 0 && newest !== undefined ? (
          <Button
            size="compact-sm"
            leftSection={<IconChecks size={14} />}
            onClick={() => void mark({ upTo: newest })}
          >
            Mark all as read
          </Button>
        ) : null}
      </div>
      <div className={classes.body}>
        {problem === null ? null : <ProblemAlert error={problem} />}
        {page === null ? (
          <p className={classes.note}>{error === null ? "Looking…" : "They could not be read."}</p>
        ) : page.rows.length === 0 ? (
          <p className={classes.note}>
            Nothing yet. Approvals, detections, overdue rotations, and what is behind stand here as they come.
          </p>
        ) : (
          <ul className={classes.list}>
            {page.rows.map((row) => (
              <NotificationItem
                key={row.id}
                row={row}
                isShort
                onMark={(isRead) => void mark({ ids: [row.id], isRead })}
                onGo={onGo}
              />
            ))}
          </ul>
        )}
      </div>
      <div className={classes.foot}>
        <Link prefetch={false} href="/notifications" onClick={onGo}>
          All notifications
        </Link>
        <Link prefetch={false} href="/account#notifications" onClick={onGo}>
          What you are told of
        </Link>
      </div>
    </>
  );
}
