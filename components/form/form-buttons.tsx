"use client";

import { Button, Group } from "@mantine/core";

type FormButtonsProps = {
  /** The verb of the form: "Save". */
  act: string;
  cancel?: string;
  isDanger?: boolean;
  isBusy: boolean;
  /** Whether what is filled in can be sent. */
  isReady?: boolean;
  onCancel: () => void;
};

/** At the end of a form that stands in a dialog: leave it, or do what it is for. */
export function FormButtons(props: FormButtonsProps) {
  const { act, cancel = "Cancel", isDanger = false, isBusy, isReady = true, onCancel } = props;
  return (
    <Group justify="flex-end" gap="xs">
      <Button onClick={onCancel} disabled={isBusy}>
        {cancel}
      </Button>
      <Button
        type="submit"
        variant="filled"
        color={isDanger ? "red" : "accent"}
        loading={isBusy}
        disabled={!isReady}
      >
        {act}
      </Button>
    </Group>
  );
}
