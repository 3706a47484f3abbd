import { requestJson } from "../request/request-json.ts";

/** Marks some, or all up to the newest that is shown. @returns how many are left to read. */
export async function markRead(
  which: { ids: string[]; isRead: boolean } | { upTo: string },
): Promise<number> {
  const { unread } = await requestJson<{ unread: number }>("/api/v1/me/notifications/mark", {
    method: "POST",
    body: which,
  });
  return unread;
}
