import { Notification } from "@mantine/core";
import { type NotificationData, notifications, useNotifications } from "@mantine/notifications";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import classes from "./notices.module.css";

const SHOWN_MS = 4_000;

type NoticeProps = { notice: NotificationData & { id: string }; isHeld: boolean };

/** Goes by itself after a while, unless it is held. */
function Notice({ notice, isHeld }: NoticeProps) {
  const { id, title, message, color, autoClose = true } = notice;
  useEffect(() => {
    if (isHeld || autoClose === false) return;
    const timer = setTimeout(() => notifications.hide(id), autoClose === true ? SHOWN_MS : autoClose);
    return () => clearTimeout(timer);
  }, [id, autoClose, isHeld]);
  return (
    <Notification
      className={classes.notice}
      title={title}
      {...(color === undefined ? {} : { color })}
      onClose={() => notifications.hide(id)}
    >
      {message}
    </Notification>
  );
}

/**
 * The notices of Mantine's store, which keeps those that there is no room for. None goes while one of them is pointed at or has the focus,
 * and a new one comes above the others: what is about to be pressed stays where it is. Mantine's own container is five times as much code,
 * for gestures that nobody here makes.
 */
export function NoticeContainer() {
  const { notifications: shown } = useNotifications();
  const [isHeld, setIsHeld] = useState(false);
  const none = shown.length === 0;
  useEffect(() => {
    // the last one was closed under the pointer, which no browser tells
    if (none) setIsHeld(false);
  }, [none]);
  return createPortal(
    // biome-ignore lint/a11y/noStaticElementInteractions: holds what is in it, and does nothing by itself
    <div
      className={classes.notices}
      onPointerEnter={() => setIsHeld(true)}
      onPointerLeave={() => setIsHeld(false)}
      onFocus={() => setIsHeld(true)}
      onBlur={() => setIsHeld(false)}
    >
      {shown.map((notice) =>
        notice.id === undefined ? null : (
          <Notice key={notice.id} notice={{ ...notice, id: notice.id }} isHeld={isHeld} />
        ),
      )}
    </div>,
    document.body,
  );
}
