"use client";

import { Alert, Button, Modal, Stack } from "@mantine/core";
import { IconSend, IconTrash } from "@tabler/icons-react";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { FormButtons } from "#components/form/form-buttons.tsx";
import { TextField } from "#components/form/text-field.tsx";
import { useDone } from "#components/form/use-done.ts";
import { useSend } from "#components/form/use-send.ts";
import { ConfirmDialog } from "#components/overlay/confirm-dialog.tsx";
import { requestJson } from "#components/request/request-json.ts";
import type { TestedMail } from "#lib/mail/model.ts";
import { mailWords as words } from "./words.ts";

const FIELDS = ["to"];

/** What may be done with a mail server that is set up. */
export function MailActions({ version, address }: { version: number; address: string }) {
  const router = useRouter();
  const done = useDone();
  const request = useSend(FIELDS);
  const [dialog, setDialog] = useState<"test" | "remove" | null>(null);
  const [to, setTo] = useState(address);
  const [tested, setTested] = useState<TestedMail | null>(null);

  function close() {
    setDialog(null);
    setTested(null);
    request.clear();
    router.refresh();
  }

  async function test(event: FormEvent) {
    event.preventDefault();
    setTested(null);
    const answer = await request.send<TestedMail>("POST", "/api/v1/mail-settings/test", { to });
    if (answer !== undefined) setTested(answer);
  }

  return (
    <>
      <Button leftSection={<IconTrash size={16} />} onClick={() => setDialog("remove")}>
        {words.remove}
      </Button>
      <Button variant="filled" leftSection={<IconSend size={16} />} onClick={() => setDialog("test")}>
        {words.test}
      </Button>
      <Modal opened={dialog === "test"} onClose={close} title={words.testTitle} size={520}>
        <form onSubmit={(event) => void test(event)}>
          <Stack gap="md">
            <p className="muted">{words.testText}</p>
            <TextField
              request={request}
              path="to"
              type="email"
              label={words.testTo}
              value={to}
              onType={setTo}
              maxLength={254}
              required
              data-autofocus
            />
            <ProblemAlert error={request.problem} fields={FIELDS} />
            {tested === null ? null : (
              <Alert color={tested.isTaken ? "green" : "red"} role="status">
                {tested.isTaken ? words.taken(tested.answer) : words.notTaken(tested.answer)}
              </Alert>
            )}
            <FormButtons act={words.testAct} cancel={words.close} isBusy={request.isBusy} onCancel={close} />
          </Stack>
        </form>
      </Modal>
      <ConfirmDialog
        isOpen={dialog === "remove"}
        onClose={() => setDialog(null)}
        title={words.removeTitle}
        act={words.removeAct}
        isDanger
        onConfirm={async () => {
          await requestJson("/api/v1/mail-settings/remove", { method: "POST", body: { version } });
          done(words.removed);
        }}
        guarded="streams"
      >
        {words.removeText}
      </ConfirmDialog>
    </>
  );
}
