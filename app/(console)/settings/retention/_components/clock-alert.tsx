import { Alert } from "@mantine/core";
import { IconClockExclamation } from "@tabler/icons-react";
import type { ClockHold } from "#lib/clocks/model.ts";

/** Says why nothing leaves for now, whatever is due. */
export function ClockAlert({ hold }: { hold: ClockHold | null }) {
  if (hold === null) return null;
  return (
    <Alert color="red" icon={<IconClockExclamation size={18} />} title={hold.title}>
      {hold.text}
    </Alert>
  );
}
