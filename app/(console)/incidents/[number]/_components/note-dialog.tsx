"use client";

import { Button, Group, Stack, Textarea } from "@mantine/core";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { type IncidentUse, STEP_NOTE_MAX } from "#lib/incidents/model.ts";
import { incidentWords as words } from "../../_components/words.ts";

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
  const request = useSend();
  const [text, setText] = useState("");

  function close() {
    if (request.isBusy) return;
    setText("");
    request.clear();
    onClose();
  }

  async function save(event: FormEvent) {
    event.preventDefault();
    if (use === null || text.trim() === "") return;
    const body = { step: "audit", text: text.trim(), useId: use.id };
    if ((await request.send("POST", `/api/v1/incidents/${number}/notes`, body)) === undefined) return;
    setText("");
    onClose();
    router.refresh();
  }

  return (
    <OnDemandDialog isOpen={use !== null} onClose={close} title="Mark this use" size={480}>
      <form onSubmit={save}>
        <Stack gap="md">
          <Textarea
            label={words.note}
            description={words.notePlaceholder}
            value={text}
            required
            autosize
            minRows={3}
            maxLength={STEP_NOTE_MAX}
            onChange={(event) => setText(event.currentTarget.value)}
            data-autofocus
          />
          <ProblemAlert error={request.problem} />
          <Group justify="flex-end" gap="xs">
            <Button onClick={close} disabled={request.isBusy}>
              Cancel
            </Button>
            <Button type="submit" variant="filled" loading={request.isBusy} disabled={text.trim() === ""}>
              {words.mark}
            </Button>
          </Group>
        </Stack>
      </form>
    </OnDemandDialog>
  );
}
