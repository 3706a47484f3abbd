"use client";

import { Radio, Stack, Textarea } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { useSend } from "#components/form/use-send.ts";
import { FormDialog } from "#components/overlay/form-dialog.tsx";
import { type DetectionDetail, MUTE_REASON_MAX } from "#lib/detections/model.ts";
import { incidentHref } from "#lib/incidents/model.ts";
import { CasePicker } from "./case-picker.tsx";
import { detectionWords as words } from "./words.ts";

/** Asks for what a case is opened with, or which one it is put into; goes there. */
export function CaseDialog({
  detection,
  isOpen,
  onClose,
}: {
  detection: DetectionDetail;
  isOpen: boolean;
  onClose: () => void;
}) {
  const router = useRouter();
  const request = useSend();
  const [into, setInto] = useState<"new" | "present">("new");
  const [number, setNumber] = useState<number | null>(null);
  const [note, setNote] = useState("");
  const { kind } = detection.subject;
  const about =
    kind === "signing_key"
      ? words.openCaseForged
      : kind === "verifier"
        ? words.openCaseReported
        : words.openCaseText;

  function close() {
    request.clear();
    onClose();
  }

  async function save() {
    const body = into === "new" ? { note: note.trim() } : { incident: number };
    const done = await request.send<DetectionDetail>("POST", `/api/v1/detections/${detection.id}/case`, body);
    if (done?.incident == null) return;
    onClose();
    router.push(incidentHref(done.incident.number));
  }

  return (
    <FormDialog
      isOpen={isOpen}
      onClose={close}
      title={words.openCaseTitle}
      act={into === "new" ? words.open : words.put}
      isReady={into === "new" || number !== null}
      isBusy={request.isBusy}
      problem={request.problem}
      onSubmit={save}
    >
      <p style={{ margin: 0 }}>{about}</p>
      <Radio.Group label="Which case" value={into} onChange={(value) => setInto(value as "new" | "present")}>
        <Stack gap="xs" mt={6}>
          <Radio value="new" label="A new one" />
          <Radio value="present" label={words.putInCase} />
        </Stack>
      </Radio.Group>
      {into === "new" ? (
        <Textarea
          label="Note"
          value={note}
          autosize
          minRows={2}
          maxLength={MUTE_REASON_MAX}
          onChange={(event) => setNote(event.currentTarget.value)}
          data-autofocus
        />
      ) : (
        <CasePicker value={number} onChange={setNumber} />
      )}
    </FormDialog>
  );
}
