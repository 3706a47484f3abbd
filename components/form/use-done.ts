"use client";

import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useCallback } from "react";

/** After an act: it is said in a notification, and the page is drawn again with what it changed. */
export function useDone(): (message: string) => void {
  const router = useRouter();
  return useCallback(
    (message) => {
      notifications.show({ message, color: "green" });
      router.refresh();
    },
    [router],
  );
}
