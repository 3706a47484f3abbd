"use client";

import { notifications } from "@mantine/notifications";
import { IconHistory, IconKey, IconPencil, IconPlayerPause, IconTrash } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { PauseDialog, ResumeButton, TestButton } from "#app/(console)/_components/delivery-actions.tsx";
import { NewKeyDialog } from "#app/(console)/_components/new-key-dialog.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { MoreMenu } from "#components/overlay/more-menu.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { EventStreamRow } from "#lib/event-streams/model.ts";
import { ReplayDialog } from "./replay-dialog.tsx";
import { streamWords as words } from "./words.ts";

type Dialog = "pause" | "replay" | "rotate" | "remove";

/** What may be done with a stream. */
export function EventStreamActions({ stream }: { stream: EventStreamRow }) {
  const router = useRouter();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = () => setDialog(null);
  const url = `/api/v1/event-streams/${stream.id}`;
  const delivery = { url, isPaused: stream.status === "paused", words };

  return (
    <>
      <MoreMenu
        label={words.more}
        items={[
          stream.status === "running"
            ? { word: words.pause, icon: IconPlayerPause, act: () => setDialog("pause") }
            : null,
          { word: words.replay, icon: IconHistory, act: () => setDialog("replay") },
          stream.delivery === "webhook"
            ? { word: words.rotate, icon: IconKey, act: () => setDialog("rotate") }
            : null,
          { word: words.remove, icon: IconTrash, isDanger: true, act: () => setDialog("remove") },
        ]}
      />
      <LinkButton href={`/settings/event-streams/${stream.id}/edit`} leftSection={<IconPencil size={16} />}>
        {words.edit}
      </LinkButton>
      <ResumeButton delivery={delivery} />
      <TestButton delivery={delivery} isMain />
      <PauseDialog delivery={delivery} isOpen={dialog === "pause"} onClose={close} />
      <ReplayDialog url={`${url}/replay`} isOpen={dialog === "replay"} onClose={close} />
      <NewKeyDialog url={`${url}/rotate-secret`} words={words} isOpen={dialog === "rotate"} onClose={close} />
      <ConfirmDialog
        isOpen={dialog === "remove"}
        onClose={close}
        title={words.removeTitle}
        act={words.removeAct}
        isDanger
        onConfirm={async () => {
          await requestJson(url, { method: "DELETE" });
          notifications.show({ message: words.removed, color: "green" });
          router.push("/settings/event-streams");
          router.refresh();
        }}
        guarded="streams"
      >
        {words.removeText}
      </ConfirmDialog>
    </>
  );
}
