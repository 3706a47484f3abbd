"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { useEffect } from "react";
import { useSend } from "#components/form/use-send.ts";

/** Puts a mail that failed into the outbox again. */
export function SendAgain({ mailId, to }: { mailId: string; to: string }) {
  const router = useRouter();
  const request = useSend();
  useEffect(() => {
    if (request.problem !== null) notifications.show({ message: request.problem.message, color: "red" });
  }, [request.problem]);
  return (
    <Button
      size="compact-xs"
      loading={request.isBusy}
      aria-label={`Send the mail to ${to} again`}
      onClick={async () => {
        if ((await request.send("POST", `/api/v1/mails/${mailId}/send-again`)) !== undefined)
          router.refresh();
      }}
    >
      Send again
    </Button>
  );
}
