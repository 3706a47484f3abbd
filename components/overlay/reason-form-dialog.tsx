"use client";

import { type ReactNode, useState } from "react";
import type { GuardedKind } from "#lib/approvals/model.ts";
import type { Reason } from "#lib/revocations/model.ts";
import { FormDialog } from "./form-dialog.tsx";
import { type Because, isExplained, NO_REASON, ReasonFields } from "./reason-fields.tsx";

/** What the acts that are asked about here keep of a note. */
const NOTE_MAX = 500;

export type ReasonDialogProps = {
  isOpen: boolean;
  onClose: () => void;
  title: string;
  /** What will happen, in words. */
  children: ReactNode;
  /** The button's words: "Disable the user". */
  act: string;
  /** false where it can be undone: the button is not red then. */
  isDanger?: boolean;
  /** The kind of act, where it may want a second person: then it says so. */
  guarded?: GuardedKind | undefined;
  /** Throws what went wrong; the dialog stays and shows it. */
  onConfirm: (given: { reason: Reason; note: string }) => Promise<void>;
};

/** What `ReasonDialog` loads when it is first opened. */
export function ReasonFormDialog(props: ReasonDialogProps) {
  const { isOpen, onClose, title, children, act, isDanger = true, onConfirm } = props;
  const [because, setBecause] = useState<Because>(NO_REASON);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  function close() {
    setError(null);
    setBecause(NO_REASON);
    onClose();
  }

  async function confirm() {
    if (!isExplained(because)) return;
    setIsBusy(true);
    setError(null);
    try {
      await onConfirm({ reason: because.reason, note: because.note.trim() });
      setBecause(NO_REASON);
    } catch (cause) {
      setError(cause);
    } finally {
      setIsBusy(false);
    }
  }

  return (
    <FormDialog
      isOpen={isOpen}
      onClose={close}
      title={title}
      size={520}
      act={act}
      isDanger={isDanger}
      guarded={props.guarded}
      isReady={isExplained(because)}
      isBusy={isBusy}
      problem={error}
      onSubmit={confirm}
    >
      <div>{children}</div>
      <ReasonFields
        value={because}
        onChange={setBecause}
        placeholder="What happened, who asked, which ticket"
        noteMax={NOTE_MAX}
      />
    </FormDialog>
  );
}
