import { Notification } from "@mantine/core";
import { type NotificationData, notifications, useNotifications } from "@mantine/notifications";
import { useEffect, useState } from "react";
import { createPortal } from "react-dom";
import classes from "./notices.module.css";

const SHOWN_MS = 4_000;

/** Goes by itself after a while, not while it is pointed at or has the focus. */
function Notice({ notice }: { notice: NotificationData & { id: string } }) {
  const { id, title, message, color, autoClose = true } = notice;
  const [isHeld, setIsHeld] = useState(false);
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
      onPointerEnter={() => setIsHeld(true)}
      onPointerLeave={() => setIsHeld(false)}
      onFocus={() => setIsHeld(true)}
      onBlur={() => setIsHeld(false)}
    >
      {message}
    </Notification>
  );
}

/** The notices of Mantine's store, which keeps those that there is no room for. Its own container weighs four times as much for gestures that nobody here makes. */
export function NoticeContainer() {
  const { notifications: shown } = useNotifications();
  return createPortal(
    <div className={classes.notices}>
      {shown.map((notice) =>
        notice.id === undefined ? null : <Notice key={notice.id} notice={{ ...notice, id: notice.id }} />,
      )}
    </div>,
    document.body,
  );
}
