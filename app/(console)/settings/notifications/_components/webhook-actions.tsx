"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconKey, IconPlayerPause, IconPlayerPlay, IconSend, IconTrash } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { NewKeyDialog } from "#app/(console)/_components/new-key-dialog.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useToldSend } from "#components/form/use-told-send.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { MoreMenu } from "#components/overlay/more-menu.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { NotificationWebhook, TestedWebhook, WebhookStatus } from "#lib/notifications/model.ts";
import { settingsWords as words } from "./words.ts";

const URL = "/api/v1/notification-webhook";

/** What may be done with the webhook. */
export function WebhookActions({ webhook }: { webhook: NotificationWebhook }) {
  const router = useRouter();
  const done = useDone();
  const request = useToldSend();
  const [dialog, setDialog] = useState<"pause" | "rotate" | "remove" | null>(null);
  const close = () => setDialog(null);

  async function setStatus(status: WebhookStatus) {
    await requestJson(`${URL}/status`, { method: "PUT", body: { status } });
    done(status === "running" ? words.resumed : words.paused);
  }

  async function test() {
    const tested = await request.send<TestedWebhook>("POST", `${URL}/test`);
    if (tested === undefined) return;
    const { isTaken, answer } = tested;
    notifications.show({
      title: words.testTitle,
      message: isTaken ? words.testTaken(answer) : words.testFailed(answer),
      color: isTaken ? "green" : "red",
      autoClose: isTaken ? 8_000 : false,
    });
    router.refresh();
  }

  return (
    <>
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
      {webhook.status === "paused" ? (
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          onClick={() => void request.run(() => setStatus("running"))}
        >
          {words.resume}
        </Button>
      ) : null}
      <Button leftSection={<IconSend size={16} />} loading={request.isBusy} onClick={() => void test()}>
        {words.test}
      </Button>
      <ConfirmDialog
        isOpen={dialog === "pause"}
        onClose={close}
        title={words.pauseTitle}
        act={words.pauseAct}
        onConfirm={() => setStatus("paused")}
      >
        {words.pauseText}
      </ConfirmDialog>
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
      >
        {words.removeText}
      </ConfirmDialog>
    </>
  );
}
