"use client";

import { Text } from "@mantine/core";
import { useState } from "react";
import { TextField } from "#components/form/text-field.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
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
  const done = useDone();
  const request = useSend(["from"]);
  const [from, setFrom] = useState(() => localOf(new Date(Date.now() - HOUR_MS)));
  const at = instantOf(from);

  function close() {
    request.clear();
    onClose();
  }

  async function replay() {
    const row = await request.send("POST", url, { from: at });
    if (row === undefined) return;
    done(words.replayed);
    onClose();
  }

  return (
    <FormDialog
      isOpen={isOpen}
      onClose={close}
      title={words.replayTitle}
      act={words.replayAct}
      cancel={words.cancel}
      isReady={at !== null}
      isBusy={request.isBusy}
      problem={request.problem}
      fields={request.fields}
      onSubmit={replay}
      guarded="streams"
    >
      <Text>{words.replayText}</Text>
      <TextField
        request={request}
        path="from"
        type="datetime-local"
        label={words.replayFrom}
        value={from}
        required
        onType={setFrom}
        data-autofocus
      />
    </FormDialog>
  );
}
