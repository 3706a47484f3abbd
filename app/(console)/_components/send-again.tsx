"use client";

import { Button } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useToldSend } from "#components/form/use-told-send.ts";

/** Puts a mail that failed into the outbox again. */
export function SendAgain({ mailId, to }: { mailId: string; to: string }) {
  const router = useRouter();
  const request = useToldSend();
  return (
    <Button
      size="compact-xs"
      loading={request.isBusy}
      aria-label={`Send again to ${to}`}
      onClick={async () => {
        if ((await request.send("POST", `/api/v1/mails/${mailId}/send-again`)) !== undefined)
          router.refresh();
      }}
    >
      Send again
    </Button>
  );
}
