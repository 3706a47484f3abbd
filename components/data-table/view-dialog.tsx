"use client";

import { Checkbox, TextInput } from "@mantine/core";
import { useState } from "react";
import { VIEW_NAME_MAX } from "#lib/views/model.ts";
import { FormDialog } from "../overlay/form-dialog.tsx";

type ViewDialogProps = {
  title: string;
  act: string;
  name: string;
  /** Asked where it is given. */
  isShared?: boolean;
  onClose: () => void;
  /** Throws what went wrong; the dialog stays and shows it. */
  onSave: (given: { name: string; isShared: boolean }) => Promise<void>;
};

/** Names a view, and says for whom it is. */
export function ViewDialog({
  title,
  act,
  name: first,
  isShared: wasShared,
  onClose,
  onSave,
}: ViewDialogProps) {
  const [name, setName] = useState(first);
  const [isShared, setIsShared] = useState(wasShared ?? false);
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<unknown>(null);

  async function save() {
    setIsBusy(true);
    setError(null);
    try {
      await onSave({ name: name.trim(), isShared });
      onClose();
    } catch (cause) {
      setError(cause);
      setIsBusy(false);
    }
  }

  return (
    <FormDialog
      isOpen
      onClose={onClose}
      title={title}
      size={440}
      act={act}
      isReady={name.trim() !== ""}
      isBusy={isBusy}
      problem={error}
      onSubmit={save}
    >
      <TextInput
        label="Name"
        value={name}
        maxLength={VIEW_NAME_MAX}
        required
        data-autofocus
        onChange={(event) => {
          setName(event.currentTarget.value);
          setError(null);
        }}
      />
      {wasShared === undefined ? null : (
        <Checkbox
          label="Share with everybody"
          description="Everybody who sees this list finds it. On record."
          checked={isShared}
          onChange={(event) => setIsShared(event.currentTarget.checked)}
        />
      )}
    </FormDialog>
  );
}
