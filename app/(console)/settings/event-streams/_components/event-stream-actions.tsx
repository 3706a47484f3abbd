"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import {
  IconHistory,
  IconKey,
  IconPencil,
  IconPlayerPause,
  IconPlayerPlay,
  IconSend,
  IconTrash,
} from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { NewKeyDialog } from "#app/(console)/_components/new-key-dialog.tsx";
import { LinkButton } from "#components/display/link-button.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useToldSend } from "#components/form/use-told-send.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { MoreMenu } from "#components/overlay/more-menu.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { EventStreamRow, EventStreamStatus, TestedEventStream } from "#lib/event-streams/model.ts";
import { ReplayDialog } from "./replay-dialog.tsx";
import { streamWords as words } from "./words.ts";

type Dialog = "pause" | "replay" | "rotate" | "remove";

/** What may be done with a stream. */
export function EventStreamActions({ stream }: { stream: EventStreamRow }) {
  const router = useRouter();
  const done = useDone();
  const request = useToldSend();
  const [dialog, setDialog] = useState<Dialog | null>(null);
  const close = () => setDialog(null);
  const url = `/api/v1/event-streams/${stream.id}`;

  async function setStatus(status: EventStreamStatus) {
    await requestJson(`${url}/status`, { method: "PUT", body: { status } });
    done(status === "running" ? words.resumed : words.paused);
  }

  async function test() {
    const tested = await request.send<TestedEventStream>("POST", `${url}/test`);
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
      {stream.status === "paused" ? (
        <Button
          leftSection={<IconPlayerPlay size={16} />}
          onClick={() => void request.run(() => setStatus("running"))}
        >
          {words.resume}
        </Button>
      ) : null}
      <Button
        variant="filled"
        leftSection={<IconSend size={16} />}
        loading={request.isBusy}
        onClick={() => void test()}
      >
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
      >
        {words.removeText}
      </ConfirmDialog>
    </>
  );
}
