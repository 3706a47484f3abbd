"use client";

import { Button, Group, Stack, Text } from "@mantine/core";
import { useRouter } from "next/navigation";
import { useState } from "react";
import { SecretOnce } from "#components/display/secret-once.tsx";
import { ProblemAlert } from "#components/feedback/problem-alert.tsx";
import { useSend } from "#components/form/use-send.ts";
import { OnDemandDialog } from "#components/on-demand/dialog.tsx";
import { GuardedHint } from "#components/second-person/guarded-kinds.tsx";

export type NewKeyWords = {
  rotateTitle: string;
  rotateText: string;
  rotateAct: string;
  secret: string;
  secretKept: string;
  secretLost: string;
  cancel: string;
  done: string;
};

/** A new key of a webhook's signatures beside the present one, shown once. */
export function NewKeyDialog({
  url,
  words,
  isOpen,
  onClose,
}: {
  url: string;
  words: NewKeyWords;
  isOpen: boolean;
  onClose: () => void;
}) {
  const router = useRouter();
  const request = useSend();
  const [secret, setSecret] = useState<string | null>(null);

  function close() {
    if (request.isBusy) return;
    if (secret !== null) router.refresh();
    setSecret(null);
    request.clear();
    onClose();
  }

  async function rotate() {
    const made = await request.send<{ secret: string | null }>("POST", url);
    if (made !== undefined) setSecret(made.secret);
  }

  return (
    <OnDemandDialog
      isOpen={isOpen}
      onClose={close}
      title={words.rotateTitle}
      size={560}
      closeOnClickOutside={secret === null}
      closeOnEscape={secret === null}
    >
      <Stack gap="md">
        {secret === null ? (
          <>
            <Text>{words.rotateText}</Text>
            <GuardedHint kind="streams" />
          </>
        ) : (
          <SecretOnce
            name={words.secret}
            value={secret}
            kept={words.secretKept}
            whenLost={words.secretLost}
          />
        )}
        <ProblemAlert error={request.problem} />
        <Group justify="flex-end" gap="xs">
          {secret === null ? (
            <>
              <Button onClick={close} disabled={request.isBusy}>
                {words.cancel}
              </Button>
              <Button variant="filled" loading={request.isBusy} onClick={() => void rotate()}>
                {words.rotateAct}
              </Button>
            </>
          ) : (
            <Button variant="filled" onClick={close}>
              {words.done}
            </Button>
          )}
        </Group>
      </Stack>
    </OnDemandDialog>
  );
}
