"use client";

import { notifications } from "@mantine/notifications";
import { useEffect } from "react";
import { type Send, useSend } from "./use-send.ts";

/** `useSend` for a button that stands in no form and asks nothing first: why it was refused is told in a notification. */
export function useToldSend(): Send {
  const request = useSend();
  const { problem } = request;
  useEffect(() => {
    if (problem !== null) notifications.show({ message: problem.message, color: "red" });
  }, [problem]);
  return request;
}
