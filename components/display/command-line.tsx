import classes from "./command-line.module.css";
import { CopyButton } from "./copy-button.tsx";

/** A command or a snippet in mono with a copy button; long lines are broken where they have to be, and copied as they are. */
export function CommandLine({ text, what = "command" }: { text: string; what?: string }) {
  return (
    <div className={classes.frame}>
      <pre className={classes.text}>{text}</pre>
      <CopyButton value={text} what={what} />
    </div>
  );
}
