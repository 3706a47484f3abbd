"use client";

import { Group, Stack } from "@mantine/core";
import type { FormEvent, ReactNode } from "react";
import type { GuardedKind } from "#lib/approvals/model.ts";
import { ProblemAlert } from "../feedback/problem-alert.tsx";
import { FormButtons } from "../form/form-buttons.tsx";
import { OnDemandDialog } from "../on-demand/dialog.tsx";
import { GuardedHint } from "../second-person/guarded-kinds.tsx";

type FormDialogProps = {
  isOpen: boolean;
  /** Not called while it is busy. */
  onClose: () => void;
  title: string;
  /** Pixels. */
  size?: number;
  /** What is filled in. */
  children: ReactNode;
  /** The button's words: "Save". */
  act: string;
  cancel?: string;
  isDanger?: boolean;
  /** The kind of act, where it may want a second person: then it says so. */
  guarded?: GuardedKind | undefined;
  /** Whether what is filled in can be sent. */
  isReady?: boolean;
  isBusy: boolean;
  /** What it was refused with; null where it was not. */
  problem: unknown;
  /** Fields that say themselves what is wrong with them. */
  fields?: readonly string[];
  /** Something else that may be done, across from the buttons. */
  aside?: ReactNode;
  onSubmit: () => void;
};

/** A form in a dialog: sent once at a time, and kept open with the reason where it was refused. */
export function FormDialog(props: FormDialogProps) {
  const { isOpen, title, size = 480, isDanger = false, isReady = true, isBusy, aside = null } = props;

  function close() {
    if (!isBusy) props.onClose();
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    if (isReady && !isBusy) props.onSubmit();
  }

  return (
    <OnDemandDialog isOpen={isOpen} onClose={close} title={title} size={size}>
      <form onSubmit={submit}>
        <Stack gap="md">
          <GuardedHint kind={props.guarded} />
          {props.children}
          <ProblemAlert error={props.problem} fields={props.fields ?? []} />
          <Group justify={aside === null ? "flex-end" : "space-between"} gap="xs">
            {aside}
            <FormButtons
              act={props.act}
              isDanger={isDanger}
              isBusy={isBusy}
              isReady={isReady}
              onCancel={close}
              {...(props.cancel === undefined ? {} : { cancel: props.cancel })}
            />
          </Group>
        </Stack>
      </form>
    </OnDemandDialog>
  );
}
