import { Button, Group, TextInput } from "@mantine/core";
import type { ReactNode } from "react";
import { PlanProblem } from "./plan-problem.tsx";
import classes from "./revoke-dialog.module.css";

/** A name or number that is typed, so that nobody does the largest acts by habit. */
export function TypeToConfirm({
  toType,
  value,
  onChange,
}: {
  toType: string;
  value: string;
  onChange: (typed: string) => void;
}) {
  return (
    <TextInput
      label={
        <>
          Type <span className={classes.name}>{toType}</span> to confirm
        </>
      }
      value={value}
      autoComplete="off"
      spellCheck={false}
      onChange={(event) => onChange(event.currentTarget.value)}
    />
  );
}

/** The way out and the act, always in view below a long plan. */
export function PlannedActButtons({
  act,
  color,
  icon,
  isReady,
  isSending,
  onClose,
}: {
  act: string;
  color: "red" | "yellow";
  icon: ReactNode;
  isReady: boolean;
  isSending: boolean;
  onClose: () => void;
}) {
  return (
    <Group justify="flex-end" gap="xs" className={classes.actions}>
      <Button onClick={onClose} disabled={isSending}>
        Cancel
      </Button>
      <Button
        type="submit"
        variant="filled"
        color={color}
        leftSection={icon}
        disabled={!isReady}
        loading={isSending}
      >
        {act}
      </Button>
    </Group>
  );
}

/** Why there is no plan, and the way to another try. */
export function NotPlanned({
  error,
  onReplan,
  onClose,
}: {
  error: unknown;
  onReplan: () => void;
  onClose: () => void;
}) {
  return (
    <>
      <PlanProblem error={error} title="It could not be planned" onReplan={onReplan} />
      <Group justify="flex-end" gap="xs">
        <Button onClick={onClose}>Cancel</Button>
        <Button onClick={onReplan}>Try again</Button>
      </Group>
    </>
  );
}
