"use client";

import { Button, Group, Stack, Text, TextInput } from "@mantine/core";
import { notifications } from "@mantine/notifications";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { instantOf, localOf } from "#components/revocation/order-words.ts";
import { streamWords as words } from "./words.ts";

const HOUR_MS = 3_600_000;

/** Asks from when on everything is sent again, an hour ago at first. */
export function ReplayDialog({
  url,
  isOpen,
  onClose,
}: {
  url: string;
  isOpen: boolean;
  onClose: () => void;
}) {
  const router = useRouter();
  const request = useSend(["from"]);
  const [from, setFrom] = useState(() => localOf(new Date(Date.now() - HOUR_MS)));
  const at = instantOf(from);

  function close() {
    if (request.isBusy) return;
    request.clear();
    onClose();
  }

  async function replay(event: FormEvent) {
    event.preventDefault();
    const row = await request.send("POST", url, { from: at });
    if (row === undefined) return;
    notifications.show({ message: words.replayed, color: "green" });
    router.refresh();
    onClose();
  }

  return (
    <OnDemandDialog isOpen={isOpen} onClose={close} title={words.replayTitle} size={480}>
      <form onSubmit={replay}>
        <Stack gap="md">
          <Text>{words.replayText}</Text>
          <TextInput
            type="datetime-local"
            label={words.replayFrom}
            value={from}
            required
            error={request.faultOf("from")}
            onChange={(event) => {
              request.touch("from");
              setFrom(event.currentTarget.value);
            }}
            data-autofocus
          />
          <ProblemAlert error={request.problem} fields={request.fields} />
          <Group justify="flex-end" gap="xs">
            <Button onClick={close} disabled={request.isBusy}>
              {words.cancel}
            </Button>
            <Button type="submit" variant="filled" loading={request.isBusy} disabled={at === null}>
              {words.replayAct}
            </Button>
          </Group>
        </Stack>
      </form>
    </OnDemandDialog>
  );
}
