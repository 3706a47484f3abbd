"use client";

import { Textarea } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import { type IncidentUse, STEP_NOTE_MAX } from "#lib/incidents/model.ts";
import { incidentWords as words } from "../../_components/words.ts";

const FIELDS = ["text"];

/** Marks one use, with why it matters. */
export function NoteDialog({
  number,
  use,
  onClose,
}: {
  number: number;
  use: IncidentUse | null;
  onClose: () => void;
}) {
  const router = useRouter();
  const request = useSend(FIELDS);
  const [text, setText] = useState("");

  function close() {
    setText("");
    request.clear();
    onClose();
  }

  async function save() {
    if (use === null) return;
    const body = { step: "audit", text: text.trim(), useId: use.id };
    if ((await request.send("POST", `/api/v1/incidents/${number}/notes`, body)) === undefined) return;
    setText("");
    onClose();
    router.refresh();
  }

  return (
    <FormDialog
      isOpen={use !== null}
      onClose={close}
      title="Mark this use"
      act={words.mark}
      isReady={text.trim() !== ""}
      isBusy={request.isBusy}
      problem={request.problem}
      fields={FIELDS}
      onSubmit={save}
    >
      <Textarea
        label={words.note}
        description={words.notePlaceholder}
        value={text}
        error={request.faultOf("text")}
        required
        autosize
        minRows={3}
        maxLength={STEP_NOTE_MAX}
        onChange={(event) => {
          setText(event.currentTarget.value);
          request.touch("text");
        }}
        data-autofocus
      />
    </FormDialog>
  );
}
