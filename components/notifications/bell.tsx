"use client";

import { ActionIcon, VisuallyHidden } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconBell } from "@tabler/icons-react";
import dynamic from "next/dynamic";
import { useCallback, useEffect, useId, useRef, useState } from "react";
import type { Pulse } from "#lib/live/model.ts";
import type { NotificationPage } from "#lib/notifications/model.ts";
import { usePulse } from "../live/live.tsx";
import { Hint } from "../on-demand/hint.tsx";
import { OnDemandPopover } from "../on-demand/popover.tsx";
import { requestJson } from "../request/request-json.ts";
import classes from "./notifications.module.css";

const BellPanel = dynamic(() => import("./bell-panel.tsx").then((module) => module.BellPanel), {
  ssr: false,
  loading: () => <p className={classes.note}>Looking…</p>,
});

const SHOWN = 15;

/** What is urgent is said aloud as it comes, once. */
function tellUrgent({ rows }: NotificationPage, after: string): void {
  for (const { id, tone, title, text, readAt } of rows)
    if (tone === "danger" && readAt === null && id > after)
      notifications.show({ id, title, message: text, color: "red", autoClose: 15_000 });
}

/**
 * What the page knows of the person's notifications: how many are unread at once, the newest once somebody looks, both again when the pulse says that somebody was told of something or has
 * read something.
 */
function useNotifications(initial: number) {
  const [unread, setUnread] = useState(initial);
  const [page, setPage] = useState<NotificationPage | null>(null);
  const [error, setError] = useState<unknown>(null);
  const known = useRef<{ part: string | null; newest: string | null }>({ part: null, newest: null });

  useEffect(() => setUnread(initial), [initial]);

  const look = useCallback(async () => {
    try {
      const found = await requestJson<NotificationPage>(`/api/v1/me/notifications?size=${SHOWN}`);
      if (known.current.newest !== null) tellUrgent(found, known.current.newest);
      known.current.newest = found.rows[0]?.id ?? "";
      setPage(found);
      setUnread(found.unread);
      setError(null);
    } catch (cause) {
      setError(cause);
    }
  }, []);

  usePulse(
    useCallback(
      (pulse: Pulse) => {
        const { part } = known.current;
        known.current.part = pulse.notifications;
        // the first one says what is known already, but for who is to be told of what is urgent from here on
        if (part === null && known.current.newest === null)
          known.current.newest = pulse.notifications.slice(0, 36);
        if (part !== null && part !== pulse.notifications) void look();
      },
      [look],
    ),
  );
  return { unread, setUnread, page, error, look };
}

/** How many notifications are unread, in the top bar of every page, and the newest of them under it. */
export function Bell({ unread: initial }: { unread: number }) {
  const { unread, setUnread, page, error, look } = useNotifications(initial);
  const [isOpen, setIsOpen] = useState(false);
  const headingId = useId();
  const count = unread >= 100 ? "99+" : String(unread);
  const label = unread === 0 ? "Notifications, none unread" : `Notifications, ${count} unread`;
  function toggle() {
    if (!isOpen) void look();
    setIsOpen(!isOpen);
  }
  return (
    <>
      <OnDemandPopover
        isOpen={isOpen}
        onChange={setIsOpen}
        position="bottom-end"
        width={420}
        trapFocus
        returnFocus
        dropdown={{ className: classes.panel, "aria-labelledby": headingId }}
        target={
          <Hint disabled={isOpen} label={unread === 0 ? "Notifications" : `${count} unread`}>
            <ActionIcon aria-label={label} className={classes.target} onClick={toggle}>
              <IconBell size={18} />
              {unread > 0 ? (
                <span className={classes.count} aria-hidden>
                  {count}
                </span>
              ) : null}
            </ActionIcon>
          </Hint>
        }
      >
        <BellPanel
          headingId={headingId}
          page={page}
          error={error}
          onUnread={setUnread}
          onLook={() => void look()}
          onGo={() => setIsOpen(false)}
        />
      </OnDemandPopover>
      <VisuallyHidden role="status">{unread === initial ? "" : label}</VisuallyHidden>
    </>
  );
}
