import { Alert } from "@mantine/core";
import { visibleText } from "#lib/input/visible-text.ts";
import { incidentWords as words } from "../../_components/words.ts";
import classes from "./steps.module.css";

/** What of a closed case would work again; nothing where all has ended. */
export function ClosedHeld({ lines }: { lines: readonly string[] }) {
  if (lines.length === 0) return null;
  return (
    <Alert color="yellow" title={words.closedHeld}>
      <ul className={classes.plain}>
        {lines.map((line) => (
          <li key={line}>{visibleText(line)}</li>
        ))}
      </ul>
      {words.closedHeldText}
    </Alert>
  );
}
