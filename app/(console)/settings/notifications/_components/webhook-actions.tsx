"use client";

import { Group } from "@mantine/core";
import { IconKey, IconPlayerPause, IconTrash } from "@tabler/icons-react";
import { useState } from "react";
import { PauseDialog, ResumeButton, TestButton } from "#app/(console)/_components/delivery-actions.tsx";
import { NewKeyDialog } from "#app/(console)/_components/new-key-dialog.tsx";
import { useDone } from "#components/form/use-done.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { MoreMenu } from "#components/overlay/more-menu.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { NotificationWebhook } from "#lib/notifications/model.ts";
import { settingsWords as words } from "./words.ts";

const URL = "/api/v1/notification-webhook";

/** What may be done with the webhook. */
export function WebhookActions({ webhook }: { webhook: NotificationWebhook }) {
  const done = useDone();
  const [dialog, setDialog] = useState<"pause" | "rotate" | "remove" | null>(null);
  const close = () => setDialog(null);

  const delivery = { url: URL, isPaused: webhook.status === "paused", words };

  return (
    <Group gap={8} wrap="nowrap">
      <MoreMenu
        label={words.more}
        items={[
          webhook.status === "running"
            ? { word: words.pause, icon: IconPlayerPause, act: () => setDialog("pause") }
            : null,
          { word: words.rotate, icon: IconKey, act: () => setDialog("rotate") },
          { word: words.remove, icon: IconTrash, isDanger: true, act: () => setDialog("remove") },
        ]}
      />
      <ResumeButton delivery={delivery} />
      <TestButton delivery={delivery} />
      <PauseDialog delivery={delivery} isOpen={dialog === "pause"} onClose={close} />
      <NewKeyDialog url={`${URL}/rotate-secret`} words={words} isOpen={dialog === "rotate"} onClose={close} />
      <ConfirmDialog
        isOpen={dialog === "remove"}
        onClose={close}
        title={words.removeTitle}
        act={words.removeAct}
        isDanger
        onConfirm={async () => {
          await requestJson(`${URL}/remove`, { method: "POST", body: { version: webhook.version } });
          done(words.removed);
        }}
        guarded="streams"
      >
        {words.removeText}
      </ConfirmDialog>
    </Group>
  );
}
