import { CopyButton } from "./copy-button.tsx";
import classes from "./command-line.module.css";

/** A command or a snippet in mono with a copy button; long lines scroll inside of it. */
export function CommandLine({ text, what = "command" }: { text: string; what?: string }) {
  return (
    <div className={classes.frame}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
      <pre className={classes.text} tabIndex={0} aria-label={what}>
        {text}
      </pre>
      <CopyButton value={text} what={what} />
    </div>
  );
}
