"use client";

import { Button, Group, NativeSelect, Stack, Text } from "@mantine/core";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { SecretOnce } from "../display/secret-once.tsx";
import { ProblemAlert } from "../feedback/problem-alert.tsx";
import { FormButtons } from "../form/form-buttons.tsx";
import { useSend } from "../form/use-send.ts";
import { OnDemandDialog } from "../on-demand/dialog.tsx";

const OVERLAPS = [
  { value: "86400", label: "For 24 hours more" },
  { value: "3600", label: "For 1 hour more" },
  { value: "604800", label: "For 7 days more" },
  { value: "0", label: "Not any more: they leaked" },
];

/** When the new one ends by itself, in seconds from now. */
const LIFETIMES = [
  { value: "", label: "Until it is replaced" },
  { value: "7776000", label: "For 90 days" },
  { value: "15552000", label: "For 180 days" },
  { value: "31536000", label: "For a year" },
];

/** A new secret beside the old ones for a while, or instead of them at once; shown once. */
export function RotateSecretDialog({
  title,
  url,
  words,
  overlapSeconds = 86_400,
  isOpen,
  onClose,
}: {
  title: string;
  /** What answers `{secret}` to `{overlapSeconds}`. */
  url: string;
  words: {
    rotateText: string;
    overlap: string;
    rotateAct: string;
    cancel: string;
    secret: string;
    secretDone: string;
    /** Asks how long the new one works, where the route takes `lifetimeSeconds`. */
    secretLifetime?: string;
  };
  /** How long the old ones go on at first; 0 where they leaked. */
  overlapSeconds?: number;
  isOpen: boolean;
  onClose: () => void;
}) {
  const router = useRouter();
  const request = useSend();
  const [overlap, setOverlap] = useState(String(overlapSeconds));
  const [lifetime, setLifetime] = useState("");
  const [secret, setSecret] = useState<string | null>(null);

  function close() {
    if (request.isBusy) return;
    if (secret !== null) router.refresh();
    setSecret(null);
    request.clear();
    onClose();
  }

  async function rotate(event: FormEvent) {
    event.preventDefault();
    const made = await request.send<{ secret: string }>("POST", url, {
      overlapSeconds: Number(overlap),
      ...(lifetime === "" ? {} : { lifetimeSeconds: Number(lifetime) }),
    });
    if (made) setSecret(made.secret);
  }

  return (
    <OnDemandDialog
      isOpen={isOpen}
      onClose={close}
      title={title}
      size={560}
      closeOnClickOutside={secret === null}
      closeOnEscape={secret === null}
    >
      {secret === null ? (
        <form onSubmit={rotate}>
          <Stack gap="md">
            <Text>{words.rotateText}</Text>
            <NativeSelect
              label={words.overlap}
              data={OVERLAPS}
              value={overlap}
              onChange={(event) => setOverlap(event.currentTarget.value)}
              data-autofocus
            />
            {words.secretLifetime === undefined ? null : (
              <NativeSelect
                label={words.secretLifetime}
                data={LIFETIMES}
                value={lifetime}
                onChange={(event) => setLifetime(event.currentTarget.value)}
              />
            )}
            <ProblemAlert error={request.problem} />
            <FormButtons
              act={words.rotateAct}
              cancel={words.cancel}
              isDanger={overlap === "0"}
              isBusy={request.isBusy}
              onCancel={close}
            />
          </Stack>
        </form>
      ) : (
        <Stack gap="md">
          <SecretOnce name={words.secret} value={secret} />
          <Group justify="flex-end">
            <Button variant="filled" onClick={close}>
              {words.secretDone}
            </Button>
          </Group>
        </Stack>
      )}
    </OnDemandDialog>
  );
}
