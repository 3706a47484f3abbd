"use client";

import { Button, Group, Stack } from "@mantine/core";
import { type ReactNode, useState } from "react";
import type { GuardedKind } from "#lib/approvals/model.ts";
import { ProblemAlert } from "../feedback/problem-alert.tsx";
import { OnDemandDialog } from "../on-demand/dialog.tsx";
import { GuardedHint } from "../second-person/guarded-kinds.tsx";

type ConfirmDialogProps = {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, in words. */
  children: ReactNode;
  /** The button's words: "Disable the client". */
  act: string;
  isDanger?: boolean;
  /** The kind of act, where it may want a second person: then it says so. */
  guarded?: GuardedKind | undefined;
  /** Throws what went wrong; the dialog stays and shows it. */
  onConfirm: () => Promise<void>;
};

/** Asks before an act, in words, and stays open with the reason where it was refused. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const { isOpen, onClose, title, children, act, isDanger = false, onConfirm } = props;
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  function close() {
    if (isBusy) return;
    setError(null);
    onClose();
  }

  async function confirm() {
    setIsBusy(true);
    setError(null);
    try {
      await onConfirm();
      onClose();
    } catch (cause) {
      setError(cause);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <OnDemandDialog isOpen={isOpen} onClose={close} title={title} size={480}>
      <Stack gap="md">
        <div>{children}</div>
        <GuardedHint kind={props.guarded} />
      </Stack>
      {error ? (
        <div style={{ marginTop: 12 }}>
          <ProblemAlert error={error} />
        </div>
      ) : null}
      <Group justify="flex-end" gap="xs" mt="lg">
        <Button onClick={close} disabled={isBusy} data-autofocus>
          Cancel
        </Button>
        <Button variant="filled" color={isDanger ? "red" : "accent"} loading={isBusy} onClick={confirm}>
          {act}
        </Button>
      </Group>
    </OnDemandDialog>
  );
}
