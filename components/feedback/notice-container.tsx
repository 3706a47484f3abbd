import { Notifications } from "@mantine/notifications";

export function NoticeContainer() {
  return <Notifications position="bottom-right" limit={4} />;
}
