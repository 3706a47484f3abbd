"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import {
  IconCircleCheck,
  IconCircleOff,
  IconPencil,
  IconPlayerPause,
  IconSend,
  IconTrash,
} from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useEffect, useState } from "react";
import { LinkButton } from "#components/display/link-button.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useToldSend } from "#components/form/use-told-send.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { MoreMenu } from "#components/overlay/more-menu.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { StreamRow, StreamStatus } from "#lib/signals/model.ts";
import { signalWords as words } from "./words.ts";

/** How often, and how long, the page is looked at anew after a test. */
const LOOK_MS = 1_500;
const LOOKS = 10;

/** What may be done with a stream. */
export function StreamActions({ stream }: { stream: StreamRow }) {
  const router = useRouter();
  const done = useDone();
  const request = useToldSend();
  const [dialog, setDialog] = useState<"pause" | "disable" | "remove" | null>(null);
  const [looks, setLooks] = useState(0);
  const close = () => setDialog(null);
  const url = `/api/v1/signal-streams/${stream.id}`;

  useEffect(() => {
    if (looks === 0) return;
    const timer = setTimeout(() => {
      router.refresh();
      setLooks((left) => left - 1);
    }, LOOK_MS);
    return () => clearTimeout(timer);
  }, [looks, router]);

  async function setStatus(status: StreamStatus) {
    await requestJson(`${url}/status`, { method: "PUT", body: { status } });
    done(status === "enabled" ? words.enabled : words.statusChanged);
  }

  async function sendTest() {
    const sent = await request.send<StreamRow>("POST", `${url}/verify`);
    if (sent === undefined) return;
    notifications.show({ message: words.tested, color: "green" });
    setLooks(LOOKS);
  }

  return (
    <>
      <MoreMenu
        label={words.more}
        items={[
          stream.status === "enabled"
            ? { word: words.pause, icon: IconPlayerPause, act: () => setDialog("pause") }
            : {
                word: words.enable,
                icon: IconCircleCheck,
                act: () => void request.run(() => setStatus("enabled")),
              },
          stream.status === "disabled"
            ? null
            : { word: words.disable, icon: IconCircleOff, isDanger: true, act: () => setDialog("disable") },
          { word: words.remove, icon: IconTrash, isDanger: true, act: () => setDialog("remove") },
        ]}
      />
      <LinkButton href={`/settings/signals/streams/${stream.id}/edit`} leftSection={<IconPencil size={16} />}>
        {words.edit}
      </LinkButton>
      {stream.status === "enabled" ? (
        <Button
          variant="filled"
          leftSection={<IconSend size={16} />}
          loading={request.isBusy}
          onClick={() => void sendTest()}
        >
          {words.test}
        </Button>
      ) : null}
      <ConfirmDialog
        isOpen={dialog === "pause"}
        onClose={close}
        title={words.pauseTitle}
        act={words.pauseAct}
        onConfirm={() => setStatus("paused")}
        guarded="streams"
      >
        {words.pauseText}
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={dialog === "disable"}
        onClose={close}
        title={words.disableTitle}
        act={words.disableAct}
        isDanger
        onConfirm={() => setStatus("disabled")}
        guarded="streams"
      >
        {words.disableText}
      </ConfirmDialog>
      <ConfirmDialog
        isOpen={dialog === "remove"}
        onClose={close}
        title={words.removeTitle}
        act={words.removeAct}
        isDanger
        onConfirm={async () => {
          await requestJson(url, { method: "DELETE" });
          notifications.show({ message: words.removed, color: "green" });
          router.push("/settings/signals");
          router.refresh();
        }}
        guarded="streams"
      >
        {words.removeText}
      </ConfirmDialog>
    </>
  );
}
