"use client";

import { Button } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { IconPlayerPlay, IconSend } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { useDone } from "#components/form/use-done.ts";
import { useToldSend } from "#components/form/use-told-send.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";

/** What is sent to an address outside: the audit over a stream, notifications to the webhook. */
export type Delivery = {
  /** Of the route that it is read by; `/status` and `/test` are below it. */
  url: string;
  isPaused: boolean;
  words: {
    test: string;
    testTitle: string;
    testTaken: (answer: string) => string;
    testFailed: (answer: string) => string;
    pauseTitle: string;
    pauseText: string;
    pauseAct: string;
    paused: string;
    resume: string;
    resumed: string;
  };
};

function useSetStatus({ url, words }: Delivery) {
  const done = useDone();
  return async (status: "running" | "paused") => {
    await requestJson(`${url}/status`, { method: "PUT", body: { status } });
    done(status === "running" ? words.resumed : words.paused);
  };
}

/** Lets it go on from where it was; nothing where it goes on. */
export function ResumeButton({ delivery }: { delivery: Delivery }) {
  const request = useToldSend();
  const setStatus = useSetStatus(delivery);
  if (!delivery.isPaused) return null;
  return (
    <Button
      leftSection={<IconPlayerPlay size={16} />}
      onClick={() => void request.run(() => setStatus("running"))}
    >
      {delivery.words.resume}
    </Button>
  );
}

/** Sends a test, and says what was answered. */
export function TestButton({ delivery, isMain = false }: { delivery: Delivery; isMain?: boolean }) {
  const router = useRouter();
  const request = useToldSend();
  const { url, words } = delivery;

  async function test() {
    const tested = await request.send<{ isTaken: boolean; answer: string }>("POST", `${url}/test`);
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
    <Button
      variant={isMain ? "filled" : "default"}
      leftSection={<IconSend size={16} />}
      loading={request.isBusy}
      onClick={() => void test()}
    >
      {words.test}
    </Button>
  );
}

/** Asks before it is paused. */
export function PauseDialog({
  delivery,
  isOpen,
  onClose,
}: {
  delivery: Delivery;
  isOpen: boolean;
  onClose: () => void;
}) {
  const setStatus = useSetStatus(delivery);
  const { words } = delivery;
  return (
    <ConfirmDialog
      isOpen={isOpen}
      onClose={onClose}
      title={words.pauseTitle}
      act={words.pauseAct}
      onConfirm={() => setStatus("paused")}
      guarded="streams"
    >
      {words.pauseText}
    </ConfirmDialog>
  );
}
