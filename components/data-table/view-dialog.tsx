"use client";

import { Button, Checkbox, Group, Stack, TextInput } from "@mantine/core";
import { type FormEvent, useState } from "react";
import { VIEW_NAME_MAX } from "#lib/views/model.ts";
import { ProblemAlert } from "../feedback/problem-alert.tsx";
import { OnDemandDialog } from "../on-demand/dialog.tsx";

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

  async function save(event: FormEvent) {
    event.preventDefault();
    if (isBusy || name.trim() === "") return;
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
    <OnDemandDialog isOpen onClose={isBusy ? () => {} : onClose} title={title} size={440}>
      <form onSubmit={(event) => void save(event)}>
        <Stack gap="sm">
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
          {error ? <ProblemAlert error={error} /> : null}
          <Group justify="flex-end" gap="xs">
            <Button onClick={onClose} disabled={isBusy}>
              Cancel
            </Button>
            <Button type="submit" variant="filled" loading={isBusy} disabled={name.trim() === ""}>
              {act}
            </Button>
          </Group>
        </Stack>
      </form>
    </OnDemandDialog>
  );
}
