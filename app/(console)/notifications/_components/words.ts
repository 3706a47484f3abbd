/** Texts of the Notifications page. */
export const notificationWords = {
  title: "Notifications",
  purpose: "What you were told of, the newest first. It stays for 90 days.",
  choose: "What you are told of",
  show: "Which",
  all: "All",
  unread: "Not read",
  kind: "Kind",
  everyKind: "Every kind",
  markAll: "Mark all as read",
  none: "Nothing yet",
  noneText:
    "Approvals, detections, overdue rotations, what is behind, and your own sign-ins from new places stand here as they come.",
  noneLeft: "Nothing is left to read",
  noneLeftText: "What you have read is under All.",
  noneOfKind: "Nothing of this kind",
  keys: "j and k walk, Enter opens, e marks as read or not read.",
} as const;
