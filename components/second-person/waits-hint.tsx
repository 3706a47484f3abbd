import { IconUsers } from "@tabler/icons-react";
import classes from "./waits-hint.module.css";
import { secondPersonWords as words } from "./words.ts";

/** Says before anything is typed that an act is not done at once: another person has to approve it. */
export function WaitsHint({ why }: { why: string }) {
  return (
    <p className={classes.hint}>
      <IconUsers size={18} aria-hidden />
      <span>
        <strong>{words.willWait}</strong> {why}
      </span>
    </p>
  );
}
