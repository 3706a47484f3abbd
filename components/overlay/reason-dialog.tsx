"use client";

import { Button, Group, Modal, NativeSelect, Stack, Textarea } from "@mantine/core";
import { type FormEvent, type ReactNode, useState } from "react";
import { REASON_WORDS, REASONS, type Reason } from "#lib/revocations/model.ts";
import { ProblemAlert } from "../feedback/problem-alert.tsx";

type ReasonDialogProps = {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, in words. */
  children: ReactNode;
  /** The button's words: "Disable the user". */
  act: string;
  /** Throws what went wrong; the dialog stays and shows it. */
  onConfirm: (given: { reason: Reason; note: string }) => Promise<void>;
};

/** Asks before a dangerous act: what will happen, the reason, and a note where the reason needs one. */
export function ReasonDialog({ isOpen, onClose, title, children, act, onConfirm }: ReasonDialogProps) {
  const [reason, setReason] = useState<Reason | "">("");
  const [note, setNote] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);
  const needsNote = reason === "unspecified";
  const isReady = reason !== "" && (!needsNote || note.trim() !== "");

  function close() {
    if (isBusy) return;
    setError(null);
    setReason("");
    setNote("");
    onClose();
  }

  async function confirm(event: FormEvent) {
    event.preventDefault();
    if (reason === "" || !isReady || isBusy) return;
    setIsBusy(true);
    setError(null);
    try {
      await onConfirm({ reason, note: note.trim() });
      setReason("");
      setNote("");
    } catch (cause) {
      setError(cause);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <Modal opened={isOpen} onClose={close} title={title} size={520}>
      <form onSubmit={confirm}>
        <Stack gap="md">
          <div>{children}</div>
          <NativeSelect
            label="Reason"
            description="Stands in the audit log."
            required
            value={reason}
            onChange={(event) => setReason(event.currentTarget.value as Reason | "")}
            data={[
              { value: "", label: "Choose a reason" },
              ...REASONS.map((value) => ({ value, label: REASON_WORDS[value] })),
            ]}
          />
          <Textarea
            label="Note"
            required={needsNote}
            autosize
            minRows={2}
            maxLength={500}
            placeholder="What happened, who asked, which ticket"
            value={note}
            onChange={(event) => setNote(event.currentTarget.value)}
          />
          <ProblemAlert error={error} />
          <Group justify="flex-end" gap="xs">
            <Button onClick={close} disabled={isBusy}>
              Cancel
            </Button>
            <Button type="submit" variant="filled" color="red" loading={isBusy} disabled={!isReady}>
              {act}
            </Button>
          </Group>
        </Stack>
      </form>
    </Modal>
  );
}
